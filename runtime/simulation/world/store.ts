import type { Snapshot } from "../../ports/snapshots.ts";
import { SimulatedBucket } from "./bucket.ts";
import type { Chance } from "./chance.ts";
import type { Process } from "./process.ts";
import { SimulatedStream } from "./stream.ts";
import { epochMs } from "./world.ts";
import type { World } from "./world.ts";

export const storePlace = "store";

export interface Subscription {
  readonly pattern: readonly string[];
  readonly queue: string | undefined;
  readonly process: Process;
  readonly receive: (payload: string, subject: string, respond: (reply: string) => void) => void;
}

/** While the store is down, some requests wait in a socket until it is back; the others are gone. */
const waitingShare = 0.2;
const waitingMs = 150;

/** The one server: streams, buckets, snapshots and who listens to which subject. */
export class Store {
  readonly snapshots = new Map<string, readonly Snapshot[]>();
  readonly subscriptions = new Set<Subscription>();
  readonly #world: World;
  readonly #chance: Chance;
  readonly #streams = new Map<string, SimulatedStream>();
  readonly #buckets = new Map<string, SimulatedBucket>();
  #diskFreeMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance("store");
  }

  stream(name: string): SimulatedStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream = new SimulatedStream(() => epochMs + this.#world.nowMs);
    this.#streams.set(name, stream);
    return stream;
  }

  bucket(name: string): SimulatedBucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new SimulatedBucket();
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** A request has arrived: it is executed at once, after the disk's queue, or not at all. */
  execute(writes: boolean, run: () => void): void {
    const { weather, scheduler } = this.#world;
    if (weather.storeDown) {
      this.#world.count("outage");
      if (this.#chance.happens(waitingShare)) scheduler.after(waitingMs, () => this.execute(writes, run));
      return;
    }
    if (!writes || weather.diskMsMax === 0) return run();
    this.#world.count("slow_disk");
    this.#diskFreeMs =
      Math.max(this.#diskFreeMs, this.#world.nowMs) + this.#chance.between(0, weather.diskMsMax);
    scheduler.at(this.#diskFreeMs, run);
  }

  /** A read that need not be the newest meets a replica that is behind. */
  isStale(): boolean {
    if (!this.#chance.happens(this.#world.weather.staleShare)) return false;
    this.#world.count("stale_read");
    return true;
  }

  subscribersOf(subject: string): readonly Subscription[] {
    const tokens = subject.split(".");
    const queues = new Map<string, Subscription[]>();
    const found: Subscription[] = [];
    for (const subscription of this.subscriptions) {
      if (!matches(subscription.pattern, tokens)) continue;
      if (subscription.queue === undefined) found.push(subscription);
      else queues.set(subscription.queue, [...(queues.get(subscription.queue) ?? []), subscription]);
    }
    return [...found, ...[...queues.values()].map((members) => this.#chance.pick(members))];
  }

  /** The server notices that a process is gone when its socket closes. */
  forget(process: Process): void {
    for (const subscription of this.subscriptions) {
      if (subscription.process === process) this.subscriptions.delete(subscription);
    }
  }
}

export function matches(pattern: readonly string[], tokens: readonly string[]): boolean {
  for (const [index, token] of pattern.entries()) {
    if (token === ">") return tokens.length > index;
    if (token !== "*" && token !== tokens[index]) return false;
  }
  return pattern.length === tokens.length;
}
