import { z } from "zod";
import type { EnvironmentRecord } from "../../protocols/directory.ts";
import { UnitId, type EnvironmentKey } from "../../protocols/ids.ts";
import { escapeToken, unescapeToken } from "../../protocols/topology.ts";
import type { Clock, KeyValue, KeyValueEntry, Log, Random } from "../../runtime/index.ts";
import { ConsentTable } from "./consent-table.ts";

// What units said about being counted, as every gateway knows it a moment after it was said to one.
//   C1. No event is judged before all that was said up to our start is known.
//   C2. The bucket is written before the event is: nobody is told "stored" and then counted all the same.
//   C3. Of two words of a unit the later by its own time stands; of equal times, the refusal.
//   C4. Above the bound grants are forgotten first. Where consent is required, their units count as silent; where it is
//       not, silence is consent. Denials above the bound are left to the folds, which drop what the door lets through.

/** 18 bytes each at worst: 75 MB. The log's server holds the same bucket in far more. */
const unitsMax = 4_000_000;
/** Rivals of one unit are its own requests of the same moment. */
const triesMax = 8;

const Entry = z.strictObject({ analytics: z.boolean(), ts: z.number() });
type Entry = z.infer<typeof Entry>;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** No key of an environment begins like this. */
const markPrefix = "=mark.";

export interface ConsentsOptions {
  readonly environmentOf: (key: EnvironmentKey) => EnvironmentRecord | undefined;
  /** The unit was forgotten on demand: nothing it says is taken any more, a new consent neither. */
  readonly isDeleted?: (environment: EnvironmentKey, unit: UnitId) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly unitsMax?: number;
}

export class Consents {
  readonly #options: ConsentsOptions;
  readonly #unitsMax: number;
  readonly #tables = new Map<string, ConsentTable>();
  readonly #level = Promise.withResolvers<void>();
  #isLevel = false;
  #bucket: KeyValue | undefined;
  #grantsForgotten = false;
  #denialsLeftOut = 0;

  constructor(options: ConsentsOptions) {
    this.#options = options;
    this.#unitsMax = options.unitsMax ?? unitsMax;
  }

  /** C1. False while what was said before our start is still being read. */
  get isLevel(): boolean {
    return this.#isLevel;
  }

  /** Denials that found no room, since the start. */
  get denialsLeftOut(): number {
    return this.#denialsLeftOut;
  }

  /** Resolves when level, or after `msMax` with what is then the case. */
  async untilLevel(msMax: number): Promise<boolean> {
    const done = new AbortController();
    await Promise.race([this.#level.promise, this.#options.clock.sleep(msMax, done.signal)]);
    done.abort();
    return this.#isLevel;
  }

  isDeleted(environment: EnvironmentKey, unit: UnitId): boolean {
    return this.#options.isDeleted?.(environment, unit) ?? false;
  }

  /** Nothing of this unit may be stored. Most environments have nobody who refused, and then nobody is looked up. */
  denies(environment: EnvironmentKey, unit: UnitId): boolean {
    if (this.isDeleted(environment, unit)) return true;
    const table = this.#tables.get(environment);
    const silenceDenies = this.#options.environmentOf(environment)?.consent === "required";
    if (!silenceDenies && (table === undefined || table.denials === 0)) return false;
    const said = table?.get(unit);
    return said === undefined ? silenceDenies : !said;
  }

  /** Follows the bucket. Entries come in the order of their writing, so a mark of ours comes after all that were there. */
  async follow(bucket: KeyValue): Promise<() => Promise<void>> {
    const mark = markPrefix + this.#options.random.hex(8);
    const stop = await bucket.follow((entry) => {
      if (entry.key !== mark) return this.#learn(entry);
      this.#nowLevel();
      // Not before it was seen: what is deleted is not delivered.
      void bucket.delete(mark, entry.revision).catch(() => undefined);
    });
    this.#bucket = bucket;
    await bucket.put(mark, new Uint8Array(0), 0);
    return stop;
  }

  /** C2, C3. Rejects when the bucket cannot be reached. */
  async say(environment: EnvironmentKey, unit: UnitId, word: Entry): Promise<void> {
    const bucket = this.#bucket;
    if (bucket === undefined) throw new Error("no connection to the log yet");
    const key = `${escapeToken(environment)}.${unit}`;
    for (let tries = 0; tries < triesMax; tries++) {
      const stored = await bucket.get(key);
      const before = stored === undefined ? undefined : entryOf(stored.value);
      if (before !== undefined && stands(before, word))
        return void this.#set(environment, unit, before.analytics);
      const value = encoder.encode(JSON.stringify(word));
      const outcome = await bucket.put(key, value, stored?.revision ?? 0);
      if (outcome.kind === "stored") return void this.#set(environment, unit, word.analytics);
    }
    throw new Error(`the consent of a unit changed ${triesMax} times while it was written`);
  }

  #nowLevel(): void {
    this.#isLevel = true;
    this.#level.resolve();
  }

  #learn({ key, value }: KeyValueEntry): void {
    const [environment = "", unit] = key.split(".");
    const entry = entryOf(value);
    const unitId = UnitId.safeParse(unit);
    if (entry === undefined || !unitId.success) return; // a mark of another gateway
    const isKnown = this.#set(unescapeToken(environment) as EnvironmentKey, unitId.data, entry.analytics);
    if (!isKnown && !entry.analytics) this.#denialsLeftOut++;
  }

  /** False when there is no room for it. */
  #set(environment: EnvironmentKey, unit: UnitId, grants: boolean): boolean {
    let table = this.#tables.get(environment);
    if (table === undefined) this.#tables.set(environment, (table = new ConsentTable()));
    if (table.get(unit) === undefined && this.#size() >= this.#unitsMax && !this.#makeRoom(grants))
      return false;
    table.set(unit, grants);
    return true;
  }

  /** C4. */
  #makeRoom(forGrant: boolean): boolean {
    if (!this.#grantsForgotten) {
      this.#grantsForgotten = true;
      this.#options.log.error("consents_above_bound", { unitsMax: this.#unitsMax });
    }
    if (forGrant) return false;
    for (const table of this.#tables.values()) table.forgetGrants();
    return this.#size() < this.#unitsMax;
  }

  #size(): number {
    let size = 0;
    for (const table of this.#tables.values()) size += table.size;
    return size;
  }
}

const stands = (before: Entry, word: Entry): boolean =>
  before.ts > word.ts || (before.ts === word.ts && (!before.analytics || word.analytics));

/** Bytes that are none of ours are as good as nothing, and are written over. */
function entryOf(value: Uint8Array): Entry | undefined {
  try {
    return Entry.parse(JSON.parse(decoder.decode(value)));
  } catch {
    return undefined;
  }
}
