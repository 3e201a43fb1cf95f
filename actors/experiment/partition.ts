import { deserialize, serialize } from "node:v8";
import type { UnitHashRange } from "../../protocols/analytics-messages.ts";
import { assert } from "../../protocols/assert.ts";
import { eventHash, hash64, unitHash, type Hash64 } from "../../protocols/hash64.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type {
  BotRecord,
  ConsentRecord,
  CovariatesRecord,
  DefinitionRecord,
  DeletionRecord,
  EventRecord,
  IdentifyRecord,
  LogRecord,
  MergeRecord,
} from "../../protocols/log-record.ts";
import type { PartitionCounts } from "../../protocols/pipeline.ts";
import type { ExperimentSummary } from "../../protocols/results.ts";
import type { StoredRecord } from "../../protocols/stored-record.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { HashTable, type HashTableImage } from "./hash-table.ts";
import { handoverOf, hopsMax, isNothing, partsOf, under } from "./handover.ts";
import { IdWindow, type IdWindowImage } from "./id-window.ts";
import { Outbox, type Linked, type Outgoing } from "./outbox.ts";
import { noCounts, type Counts } from "./partition-counts.ts";
import type { Tally } from "./tally.ts";
import { UnitBook, type UnitBookImage, type UnitState } from "./unit-book.ts";
import { deleted, isBot, linked, optedOut, reported, silenced } from "./units.ts";

// All running experiments of an environment over the units of one partition: a pure function of the partition's
// stream, so that a replay from any snapshot ends in the same sums. docs/pipeline.md says what counts.
//   P1. A record counts once: its id is looked up among those seen lately. What another partition hands over counts once
//       for ever.
//   P2. Nothing but records decides: no clock, no configuration, no other stream. A bot is one when a record says so.
//   P3. What is handed to other partitions waits here until the stream has it; replayed, it has the same id again.
//   P4. Out of ClickHouse come a partition's own records, and all of other partitions' units that are linked to its own.
//       These become one here, so what their partition handed over of them is not counted again.

/** Where a partition stands among its environment's. */
export interface Place {
  /** Begins the ids of what it hands over. */
  readonly key: string;
  readonly partition: number;
  /** How many there are. */
  readonly partitions: number;
}

interface PartitionImage {
  readonly place: Place;
  readonly ids: IdWindowImage;
  readonly book: UnitBookImage;
  readonly known: readonly (readonly [unit: number, known: UnitId])[];
  readonly merged: HashTableImage;
  readonly silencedSince?: readonly (readonly [unit: number, order: number])[];
  readonly outgoing: readonly Outgoing[];
  readonly counts: Counts;
}

/** Records a message may hold; the gateway batches 500. */
const recordsPerMessageMax = 16_384;
const dayMs = 86_400_000;
const placeDefault: Place = { key: "0", partition: 0, partitions: 1 };

type OfUnit = Exclude<EventRecord, IdentifyRecord> | DeletionRecord | BotRecord;

export class Partition {
  readonly #place: Place;
  readonly #ids: IdWindow;
  readonly #book: UnitBook;
  /** Whom linked units count as. */
  readonly #known: Map<number, UnitId>;
  /** What was handed over and is counted. */
  readonly #merged: HashTable;
  /** Where in the log units fell silent: what another partition hands over later may be from before. */
  readonly #silencedSince: Map<number, number>;
  readonly #outbox: Outbox; // P3
  readonly #counts: Counts;

  constructor(place: Place = placeDefault, image?: PartitionImage) {
    this.#place = place;
    this.#ids = image === undefined ? new IdWindow() : IdWindow.of(image.ids);
    this.#book = new UnitBook(image?.book);
    this.#known = new Map(image?.known);
    this.#silencedSince = new Map(image?.silencedSince);
    this.#merged = image === undefined ? new HashTable() : HashTable.of(image.merged);
    this.#outbox = new Outbox(place.key, image?.outgoing);
    this.#counts = image?.counts ?? noCounts();
  }

  /** Takes a record; `position` is its message's sequence in the stream, `index` its place within the message. */
  take(record: LogRecord, position = 0, index = 0): void {
    if (record.type === "definition") return this.#book.define(record.definition);
    const { high, low } = eventHash(record.type, record.id);
    if (!this.#ids.add(high, low)) {
      this.#counts.duplicates++; // P1
      return;
    }
    this.#outbox.at(position);
    this.#dispatch(record, position * recordsPerMessageMax + index);
  }

  /** Takes a record that the stream has forgotten, before all that it still has. */
  takeStored({ record, hash, order }: StoredRecord): void {
    if (record.type === "definition") return this.#book.define(record.definition);
    if (hash !== undefined && !this.#ids.add(hash[0], hash[1])) return; // P1
    if (record.type === "identify" && !this.#isHere(record.unit)) {
      const { high, low } = unitHash(record.unit);
      this.#merged.insert(high, low); // P4
      this.#book.pass(record.at);
      return this.#link(record);
    }
    this.#dispatch(record, order);
  }

  /** The experiments that are known here. */
  get experiments(): readonly string[] {
    return this.#book.experiments.all.map(({ definition }) => definition.experiment.key);
  }

  /** Takes over what waits in another state of the same partition. */
  takeOutgoing(from: Partition): void {
    this.#outbox.takeOver(from.#outbox);
  }

  #dispatch(record: Exclude<LogRecord, DefinitionRecord>, order: number): void {
    this.#book.pass(record.at);
    const { ingested } = this.#counts;
    ingested[record.type] = (ingested[record.type] ?? 0) + 1;
    switch (record.type) {
      case "covariates":
        return this.#covariates(record);
      case "merge":
        return this.#takeOver(record);
      case "identify":
        return this.#identify(record);
      default:
        return this.#takeOf(record, order, 0);
    }
  }

  tally(experiment: string): Tally | undefined {
    return this.#book.experiments.tally(experiment);
  }

  /** The sums of an experiment over the units with such hashes; undefined when it is not known. */
  summaryWithin(experiment: string, range: UnitHashRange): ExperimentSummary | undefined {
    const slot = this.#book.experiments.slotOf(experiment);
    return slot === undefined
      ? undefined
      : this.#book.summaryWithin(slot, BigInt(range.from), BigInt(range.to));
  }

  get counts(): Omit<PartitionCounts, "position"> {
    const { pending, expired } = this.#book;
    const crossovers = this.#book.experiments.all.reduce((sum, tally) => sum + tally.crossovers, 0);
    return { ...this.#counts, pending, expired, crossovers };
  }

  /** Of the units' columns; ids and held events have bounds of their own. */
  get byteLength(): number {
    return this.#book.byteLength;
  }

  takeChanged(): readonly string[] {
    return this.#book.experiments.takeChanged();
  }

  get place(): Place {
    return this.#place;
  }

  /** What waits to be written to other partitions' subjects, or to this one's. */
  get outgoing(): readonly Outgoing[] {
    return this.#outbox.waiting;
  }

  /** The stream has these, by id. */
  sent(ids: ReadonlySet<string>): void {
    this.#outbox.sent(ids);
  }

  encode(): Uint8Array {
    const image: PartitionImage = {
      place: this.#place,
      ids: this.#ids.image(),
      book: this.#book.image(),
      known: [...this.#known],
      merged: this.#merged.image(),
      silencedSince: [...this.#silencedSince],
      outgoing: this.#outbox.waiting,
      counts: this.#counts,
    };
    return serialize(image);
  }

  static decode(bytes: Uint8Array): Partition {
    const image = deserialize(bytes) as PartitionImage;
    return new Partition(image.place, image);
  }

  #takeOf(record: OfUnit, order: number, hops: number): void {
    const { high, low } = unitHash(record.unit);
    const { units } = this.#book;
    const unit = this.#book.open(high, low);
    const flags = units.flagsOf(unit);
    if ((flags & linked) !== 0) return this.#forward(unit, record, order, hops);
    if ((flags & deleted) !== 0) return this.#drop();
    if ((flags & silenced) !== 0 && record.type !== "consent" && record.type !== "deletion")
      if (order >= (this.#silencedSince.get(unit) ?? 0)) return this.#drop();
    if ("ts" in record && record.at - record.ts > dayMs) this.#counts.late++;
    if (record.type !== "bot" && record.type !== "deletion") this.#countRate(unit, flags, record);
    if ("bot" in record && record.bot === true) this.#flagBot(unit);
    switch (record.type) {
      case "exposure":
        if (!this.#book.expose(unit, record, order)) this.#counts.unknown++;
        return;
      case "metric":
        return this.#book.record(unit, record);
      case "consent":
        return this.#consent(unit, record, order);
      case "bot":
        return this.#flagBot(unit);
      case "deletion":
        this.#book.forget(unit);
        return units.flag(unit, deleted);
      case "decision":
      case "slot":
      case "reward":
      case "shadow":
        return;
    }
  }

  #drop(): void {
    this.#counts.dropped++;
  }

  #consent(unit: number, { analytics }: ConsentRecord, order: number): void {
    const { units } = this.#book;
    if (analytics) return units.unflag(unit, silenced);
    if ((units.flagsOf(unit) & silenced) === 0) this.#silencedSince.set(unit, order);
    if ((units.flagsOf(unit) & optedOut) === 0) this.#counts.optedOut++;
    this.#book.reflag(unit, optedOut | silenced);
  }

  #countRate(unit: number, flags: number, { at, unit: name }: OfUnit): void {
    if (!this.#book.units.exceedsRate(unit, at) || (flags & (isBot | reported)) !== 0) return;
    this.#book.units.flag(unit, reported);
    this.#outbox.reportBot(name, at); // P2
  }

  #flagBot(unit: number): void {
    if ((this.#book.units.flagsOf(unit) & isBot) !== 0) return;
    this.#counts.bots++;
    this.#book.reflag(unit, isBot);
  }

  #covariates({ experiment, phase, metric, units, values }: CovariatesRecord): void {
    const slot = this.#book.experiments.slotIn(experiment, phase);
    if (slot === undefined) return;
    for (const [index, unit] of units.entries()) {
      const { high, low } = unitHash(unit);
      this.#book.covariate(slot, metric, high, low, values[index]?.[0] ?? 0);
    }
  }

  /** The unit counts as another from here on. The other's partition reads the same record, and waits for ours. */
  #identify(record: IdentifyRecord): void {
    if (this.#isHere(record.unit) && record.unit !== record.known) this.#link(record);
  }

  #link({ unit: name, known, at }: IdentifyRecord): void {
    const { high, low } = unitHash(name);
    const unit = this.#book.open(high, low);
    const flags = this.#book.units.flagsOf(unit);
    if ((flags & (linked | deleted)) !== 0) return this.#drop();
    const state = this.#book.extract(unit);
    this.#book.units.flag(unit, linked);
    this.#known.set(unit, known);
    if (isNothing(state)) return;
    if (this.#isHere(known)) return this.#absorb({ unit: name, known, at }, state, 0);
    for (const [part, each] of partsOf(state).entries())
      this.#outbox.handOver({ unit: name, known, at }, { kind: "unit", part, state: each });
  }

  #takeOver(record: MergeRecord): void {
    const handover = handoverOf(record);
    switch (handover.kind) {
      case "unit": {
        if (this.#isWhole(unitHash(record.unit))) return;
        const { high, low } = hash64(`${record.unit}/${handover.part}`);
        if (!this.#isFirst(high, low)) return;
        return this.#absorb(record, handover.state, handover.part);
      }
      case "records": {
        const { high, low } = hash64(record.id);
        if (!this.#isFirst(high, low)) return;
        for (const { record: each, order } of handover.records) {
          const id = eventHash(each.type, each.id);
          if (!this.#ids.add(id.high, id.low)) this.#counts.duplicates++;
          else this.#takeOf(each as OfUnit, order, handover.hops);
        }
      }
    }
  }

  #isFirst(high: number, low: number): boolean {
    const known = this.#merged.size;
    if (this.#merged.insert(high, low) === known) return true;
    this.#counts.duplicates++; // P1
    return false;
  }

  /** P4. */
  #isWhole({ high, low }: Hash64): boolean {
    const isWhole = this.#merged.find(high, low) >= 0;
    if (isWhole) this.#counts.duplicates++;
    return isWhole;
  }

  #absorb(merge: Linked, state: UnitState, part: number, hops = 0): void {
    const { high, low } = unitHash(merge.known);
    const unit = this.#book.open(high, low);
    const flags = this.#book.units.flagsOf(unit);
    const further = this.#known.get(unit);
    if ((flags & deleted) !== 0 || hops > hopsMax) return this.#drop();
    if (further !== undefined) {
      const next = { ...merge, known: further };
      if (this.#isHere(further)) return this.#absorb(next, state, part, hops + 1);
      return this.#outbox.handOver(next, { kind: "unit", part, state });
    }
    if (part === 0) this.#counts.merged++;
    if ((state.flags & isBot & ~flags) !== 0) this.#counts.bots++;
    if ((state.flags & optedOut & ~flags) !== 0) this.#counts.optedOut++;
    this.#book.absorb(unit, state);
  }

  /** A record under the name of a unit that counts as another. */
  #forward(unit: number, record: OfUnit, order: number, hops: number): void {
    const known = this.#known.get(unit);
    assert(known !== undefined, "a linked unit has a known one");
    if (!matters(record)) return;
    if (hops >= hopsMax) return this.#drop();
    this.#counts.forwarded++;
    if (this.#isHere(known)) return this.#takeOf(under(record, known), order, hops + 1);
    const { unit: name, at } = record;
    const forwarded = { order, record: under(record, known) };
    this.#outbox.forward({ unit: name, known, at }, forwarded, hops + 1);
  }

  #isHere(unit: UnitId): boolean {
    return partitionOf(unit, this.#place.partitions) === this.#place.partition;
  }
}

/** What changes anything where the unit counts. */
const matters = (record: OfUnit): boolean =>
  ["exposure", "metric", "consent", "deletion", "bot"].includes(record.type) ||
  ("bot" in record && record.bot === true);
