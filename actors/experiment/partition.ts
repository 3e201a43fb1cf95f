import { deserialize, serialize } from "node:v8";
import { eventHash } from "../../protocols/hash64.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type {
  DefinitionRecord,
  ExposureRecord,
  LogRecord,
  MetricRecord,
} from "../../protocols/log-record.ts";
import { IdWindow, type IdWindowImage } from "./id-window.ts";
import { Tally, type TallyImage } from "./tally.ts";

// All running experiments of an environment over the units of one partition: a pure function of the partition's
// stream, so that a replay from any snapshot ends in the same sums.
//   P1. A record counts once: its id is looked up among those seen lately.
//   P2. An event that no exposure covers yet is held, and counted if an exposure at or before it still comes.
//   P3. Nothing but records decides: no clock, no configuration, no other stream.

/** How long an event waits for its exposure, by the stream's own time. */
export const heldMsMax = 7 * 86_400_000;
/** Held events a unit: a unit without exposure that keeps sending loses its oldest. */
export const heldPerUnitMax = 256;

interface HeldEvent {
  readonly ts: number;
  readonly at: number;
  readonly name: string;
  readonly value: number;
}

interface PartitionImage {
  readonly ids: IdWindowImage;
  readonly tallies: readonly TallyImage[];
  readonly held: readonly (readonly [UnitId, readonly HeldEvent[]])[];
  readonly counts: PartitionCounts;
  readonly sweptAt: number;
}

export interface PartitionCounts {
  readonly exposures: number;
  readonly events: number;
  readonly duplicates: number;
  readonly expired: number;
}

const sweepEveryMs = 3_600_000;

export class Partition {
  #ids = new IdWindow();
  #tallies = new Map<string, Tally>();
  #held = new Map<UnitId, HeldEvent[]>();
  #counts = { exposures: 0, events: 0, duplicates: 0, expired: 0 };
  #sweptAt = 0;
  /** Experiments whose sums changed since the last look. */
  readonly #changed = new Set<string>();

  take(record: LogRecord): void {
    switch (record.type) {
      case "definition":
        return this.#define(record);
      case "exposure":
        if (this.#isNew(record)) this.#expose(record);
        return;
      case "metric":
        if (this.#isNew(record)) this.#record(record);
        return;
    }
  }

  tally(experiment: string): Tally | undefined {
    return this.#tallies.get(experiment);
  }

  get counts(): PartitionCounts {
    return this.#counts;
  }

  takeChanged(): readonly string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  encode(): Uint8Array {
    const image: PartitionImage = {
      ids: this.#ids.image(),
      tallies: [...this.#tallies.values()].map((tally) => tally.image()),
      held: [...this.#held],
      counts: this.#counts,
      sweptAt: this.#sweptAt,
    };
    return serialize(image);
  }

  static decode(bytes: Uint8Array): Partition {
    const image = deserialize(bytes) as PartitionImage;
    const partition = new Partition();
    partition.#ids = IdWindow.of(image.ids);
    partition.#tallies = new Map(
      image.tallies.map((tally) => [tally.definition.experiment.key, Tally.of(tally)]),
    );
    partition.#held = new Map(image.held.map(([unit, events]) => [unit, [...events]]));
    partition.#counts = { ...image.counts };
    partition.#sweptAt = image.sweptAt;
    return partition;
  }

  #isNew({ type, id }: ExposureRecord | MetricRecord): boolean {
    if (this.#ids.add(eventHash(type, id))) return true;
    this.#counts.duplicates++;
    return false; // P1
  }

  #define({ definition }: DefinitionRecord): void {
    const { key, phase } = definition.experiment;
    const present = this.#tallies.get(key);
    if (present === undefined || phase > present.definition.experiment.phase) {
      this.#tallies.set(key, new Tally(definition));
    } else if (canonicalJson(present.definition) === canonicalJson(definition)) {
      return;
    } else {
      present.definition = definition; // status and texts; what is counted cannot change within a phase
    }
    this.#changed.add(key);
  }

  #expose({ experiment, phase, unit, variant, ts }: ExposureRecord): void {
    this.#counts.exposures++;
    const tally = this.#tallies.get(experiment);
    if (tally === undefined || tally.definition.experiment.phase !== phase) return;
    const outcome = tally.expose(unit, variant, ts);
    if (outcome.kind === "unchanged") return;
    this.#changed.add(experiment);
    if (outcome.kind === "counted") this.#countHeld(tally, unit, outcome.from, outcome.before); // P2
  }

  #record({ unit, name, value, ts, at }: MetricRecord): void {
    this.#counts.events++;
    this.#sweep(at);
    let waits = false;
    for (const [key, tally] of this.#tallies) {
      if (!tally.reads(name)) continue;
      if (tally.record(unit, name, value, ts)) this.#changed.add(key);
      else waits = true;
    }
    if (waits) this.#hold(unit, { ts, at, name, value });
  }

  /** Events held for other experiments as well stay held; the time range keeps any from counting twice in this one. */
  #countHeld(tally: Tally, unit: UnitId, from: number, before: number): void {
    for (const { ts, name, value } of this.#held.get(unit) ?? []) {
      if (ts >= from && ts < before && tally.reads(name)) tally.record(unit, name, value, ts);
    }
  }

  #hold(unit: UnitId, event: HeldEvent): void {
    const held = this.#held.get(unit) ?? [];
    held.push(event);
    if (held.length > heldPerUnitMax) {
      held.shift();
      this.#counts.expired++;
    }
    this.#held.set(unit, held);
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    for (const [unit, events] of this.#held) {
      const kept = events.filter(({ at }) => now - at <= heldMsMax);
      this.#counts.expired += events.length - kept.length;
      if (kept.length === 0) this.#held.delete(unit);
      else this.#held.set(unit, kept);
    }
  }
}
