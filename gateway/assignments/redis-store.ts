import { once } from "node:events";
import type { Log } from "../../runtime/index.ts";
import { openRedis, type Redis } from "../redis.ts";
import type { AssignmentStore, Kept, UnitPlace, Wanted } from "./store.ts";

// The store in Redis: a hash for each unit, a field for each experiment and phase, so that setting a field that is
// there changes nothing, and the first writer wins.

export class RedisStore implements AssignmentStore {
  readonly #redis: Redis;

  constructor(url: string, log: Log) {
    this.#redis = openRedis(url, log);
  }

  async get(place: UnitPlace, wanted: readonly Wanted[]): Promise<Kept> {
    const values = await this.#redis.hmget(keyOf(place), ...wanted.map(fieldOf));
    const kept: [string, Kept[string]][] = [];
    for (const [index, { experiment, phase }] of wanted.entries()) {
      const variant = values[index];
      if (typeof variant === "string") kept.push([experiment, { phase, variant }]);
    }
    return Object.fromEntries(kept);
  }

  async keep(place: UnitPlace, wanted: Wanted, variant: string): Promise<string> {
    const [key, field] = [keyOf(place), fieldOf(wanted)];
    // In one transaction: what is kept without an end would stay for ever. The unit's variants live together, as long as
    // the newest of them.
    const [, , kept] =
      (await this.#redis
        .multi()
        .hsetnx(key, field, variant)
        .pexpire(key, place.ttlMs)
        .hget(key, field)
        .exec()) ?? [];
    const [error, winner] = kept ?? [];
    if (error instanceof Error) throw error;
    return typeof winner === "string" ? winner : variant;
  }

  async forget(who: Omit<UnitPlace, "ttlMs">): Promise<void> {
    await this.#redis.del(keyOf(who));
  }

  async holds(who: Omit<UnitPlace, "ttlMs">): Promise<boolean> {
    return (await this.#redis.exists(keyOf(who))) > 0;
  }

  /** Resolves when it can be asked. */
  async ready(): Promise<void> {
    if (this.#redis.status !== "ready") await once(this.#redis, "ready");
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }
}

const keyOf = ({ environment, unitId }: Omit<UnitPlace, "ttlMs">): string =>
  `weir:assign:${environment}:${unitId}`;
/** No key holds a `#`. */
const fieldOf = ({ experiment, phase }: Wanted): string => `${experiment}#${phase}`;
