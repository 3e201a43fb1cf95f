import { once } from "node:events";
import { Redis } from "ioredis";
import type { Log } from "../../runtime/index.ts";
import type { AssignmentStore, Kept, UnitPlace, Wanted } from "./store.ts";

// The store in Redis: a hash for each unit, a field for each experiment and phase, so that setting a field that is
// there changes nothing, and the first writer wins.

/** Longer than an answer takes, shorter than a request waits. */
const commandMsMax = 500;
const connectMsMax = 2_000;
const retryMsMax = 2_000;

export class RedisStore implements AssignmentStore {
  readonly #redis: Redis;

  constructor(url: string, log: Log) {
    this.#redis = new Redis(url, {
      connectTimeout: connectMsMax,
      commandTimeout: commandMsMax,
      // A request decides without the store rather than wait for it to come back.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(retryMsMax, 50 * 2 ** Math.min(times, 10)),
    });
    // Without a listener the library prints to the console; the address may hold a password, so it is not logged.
    this.#redis.on("error", (error: Error) => log.warn("redis_not_reached", { reason: error.message }));
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
    const isFirst = await this.#redis.hsetnx(key, field, variant);
    // The unit's variants live together, as long as the newest of them.
    await this.#redis.pexpire(key, place.ttlMs);
    return isFirst === 1 ? variant : ((await this.#redis.hget(key, field)) ?? variant);
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

const keyOf = ({ environment, unitId }: UnitPlace): string => `weir:assign:${environment}:${unitId}`;
/** No key holds a `#`. */
const fieldOf = ({ experiment, phase }: Wanted): string => `${experiment}#${phase}`;
