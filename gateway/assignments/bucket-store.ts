import { z } from "zod";
import { escapeToken } from "../../protocols/topology.ts";
import type { Clock, KeyValue } from "../../runtime/index.ts";
import type { AssignmentStore, Kept, UnitPlace, Wanted } from "./store.ts";

// The embedded store: one entry a unit in a key-value bucket, changed by compare-and-set. An entry says when each
// variant was kept; what is older than its time counts for nothing, and goes when the entry is next written.

const Entry = z.record(
  z.string(),
  z.strictObject({ phase: z.number(), variant: z.string(), until: z.number() }),
);
type Entry = z.infer<typeof Entry>;

/** Rivals of one unit are its own requests of the same moment. */
const triesMax = 8;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class BucketStore implements AssignmentStore {
  readonly #bucket: () => Promise<KeyValue>;
  readonly #clock: Clock;

  /** Opening is asked each time: the log may come later than the first request. */
  constructor(bucket: () => Promise<KeyValue>, clock: Clock) {
    this.#bucket = bucket;
    this.#clock = clock;
  }

  async get(place: UnitPlace, wanted: readonly Wanted[]): Promise<Kept> {
    const { entry } = await this.#read(await this.#bucket(), place);
    const kept: [string, Kept[string]][] = [];
    for (const { experiment, phase } of wanted) {
      const found = this.#present(entry, experiment, phase);
      if (found !== undefined) kept.push([experiment, { phase, variant: found }]);
    }
    return Object.fromEntries(kept);
  }

  async keep(place: UnitPlace, { experiment, phase }: Wanted, variant: string): Promise<string> {
    const bucket = await this.#bucket();
    for (let tries = 0; tries < triesMax; tries++) {
      const { entry, revision } = await this.#read(bucket, place);
      const first = this.#present(entry, experiment, phase);
      if (first !== undefined) return first;
      const now = this.#clock.now();
      const living = Object.entries(entry).filter(([, { until }]) => until > now);
      const next: Entry = {
        ...Object.fromEntries(living),
        [experiment]: { phase, variant, until: now + place.ttlMs },
      };
      const outcome = await bucket.put(keyOf(place), encoder.encode(JSON.stringify(next)), revision);
      if (outcome.kind === "stored") return variant;
    }
    throw new Error(`the entry of a unit changed ${triesMax} times while it was written`);
  }

  async forget(who: Omit<UnitPlace, "ttlMs">): Promise<void> {
    await (await this.#bucket()).delete(keyOf(who));
  }

  async holds(who: Omit<UnitPlace, "ttlMs">): Promise<boolean> {
    return (await (await this.#bucket()).get(keyOf(who))) !== undefined;
  }

  async close(): Promise<void> {}

  #present(entry: Entry, experiment: string, phase: number): string | undefined {
    const found = Object.hasOwn(entry, experiment) ? entry[experiment] : undefined;
    if (found === undefined || found.phase !== phase || found.until <= this.#clock.now()) return undefined;
    return found.variant;
  }

  async #read(bucket: KeyValue, place: UnitPlace): Promise<{ entry: Entry; revision: number }> {
    const stored = await bucket.get(keyOf(place));
    if (stored === undefined) return { entry: {}, revision: 0 };
    return { entry: entryOf(stored.value), revision: stored.revision };
  }
}

/** Bytes that are none of ours are as good as nothing, and are written over. */
function entryOf(value: Uint8Array): Entry {
  try {
    return Entry.parse(JSON.parse(decoder.decode(value)));
  } catch {
    return {};
  }
}

/** Unit ids are base64url, which a subject may hold. */
const keyOf = ({ environment, unitId }: Omit<UnitPlace, "ttlMs">): string =>
  `${escapeToken(environment)}.${unitId}`;
