import type { ExposureRecord, MetricRecord } from "../../protocols/log-record.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { ExperimentSummary } from "../../protocols/results.ts";
import type { Origin } from "./covariates.ts";
import { Experiments, type EventName, type ExperimentsImage } from "./experiments.ts";
import { heldMax, HeldEvents, type HeldEvent, type HeldEventsImage } from "./held-events.ts";
import { lowestBit, Members, type MembersImage } from "./members.ts";
import type { RowState, Tally } from "./tally.ts";
import { deleted, isBot, linked, optedOut, silenced, Units, waits, type UnitsImage } from "./units.ts";
import { sessionHash } from "./window.ts";

// Units, what they take part in, and what of theirs waits.
//   B1. An event that no exposure covers yet is held, and counted when an exposure at or before it still comes that was
//       taken in within seven days of it.
//   B2. A held event counts once in each experiment: the bit of that experiment says that it is done.

/** How long an event waits for its exposure, by the gateways' clocks. */
export const heldMsMax = 7 * 86_400_000;
/** Batches of several gateways are not quite in the order of their clocks: held events stay in memory that much longer. */
const disorderMs = 3_600_000;
const sweepEveryMs = 3_600_000;

export interface UnitBookImage {
  readonly units: UnitsImage;
  readonly members: MembersImage;
  readonly experiments: ExperimentsImage;
  readonly held: HeldEventsImage;
  readonly expired: number;
  readonly newestAt: number;
  readonly sweptAt: number;
}

/** All that a partition holds of one unit. */
export interface UnitState {
  readonly flags: number;
  readonly rows: readonly RowState[];
  readonly held: readonly HeldState[];
  readonly covariates: readonly CovariateState[];
}

export interface CovariateState {
  readonly experiment: string;
  readonly phase: number;
  readonly metric: string;
  readonly value: number;
}

/** A held event for another partition: names in place of numbers. */
export interface HeldState extends Omit<HeldEvent, "name"> {
  readonly name: string;
  /** Experiments that are done with it. */
  readonly settled: readonly string[];
}

export class UnitBook {
  readonly units: Units;
  readonly experiments: Experiments;
  readonly #members: Members;
  readonly #held: HeldEvents;
  #expired: number;
  #newestAt: number;
  #sweptAt: number;

  constructor(image?: UnitBookImage) {
    this.units = image === undefined ? new Units() : Units.of(image.units);
    this.experiments = new Experiments(image?.experiments);
    this.#members = image === undefined ? new Members() : Members.of(image.members);
    this.#held = image === undefined ? new HeldEvents() : HeldEvents.of(image.held);
    this.#expired = image?.expired ?? 0;
    this.#newestAt = image?.newestAt ?? 0;
    this.#sweptAt = image?.sweptAt ?? 0;
  }

  /** Events that wait now, and that did in vain. */
  get pending(): number {
    return this.#held.size;
  }
  get expired(): number {
    return this.#expired;
  }

  /** Of the units' columns, without what waits. */
  get byteLength(): number {
    const tallies = this.experiments.all.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return this.units.byteLength + this.#members.byteLength + tallies;
  }

  /** The row of a unit, made when it is new. */
  open(high: number, low: number): number {
    const known = this.units.size;
    const unit = this.units.insert(high, low);
    if (unit === known) this.#members.cover(unit);
    return unit;
  }

  define(definition: ExperimentDefinition): void {
    const slot = this.experiments.define(definition);
    if (slot === undefined) return;
    this.#members.coverSlot(slot);
    this.#held.widen(this.#members.words);
    this.#held.unsettle(slot);
    for (let unit = 0; unit < this.units.size; unit++)
      if (this.#members.rowOf(unit, slot) >= 0) this.#members.remove(unit, slot);
  }

  /** The stream's time: what has waited too long expires. */
  pass(at: number): void {
    if (at <= this.#newestAt) return;
    this.#newestAt = at;
    if (at - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = at;
    this.#expired += this.#held.sweep(at - heldMsMax - disorderMs);
  }

  /** False when the experiment is not known in that phase, or has no such variant. */
  expose(unit: number, record: ExposureRecord, order: number): boolean {
    const slot = this.experiments.slotIn(record.experiment, record.phase);
    if (slot === undefined) return false;
    const tally = this.experiments.at(slot);
    const variant = tally.variantOf(record.variant);
    if (variant < 0) return false;
    const { ts, at, metadata } = record;
    const flags = this.units.flagsOf(unit);
    const exposure = { ts, order, session: sessionHash(record.session), metadata };
    let row = this.#members.rowOf(unit, slot);
    let changed = true;
    if (row < 0) {
      row = tally.open(variant, flags, exposure, this.units.highOf(unit), this.units.lowOf(unit));
      this.#members.add(unit, slot, row);
    } else {
      changed = tally.expose(row, flags, variant, exposure);
    }
    tally.note(ts, at);
    if (changed) this.experiments.changed(tally);
    if ((flags & waits) !== 0) this.#countHeld(unit, slot, row, ts, (event) => at <= event.at + heldMsMax);
    return true;
  }

  record(unit: number, record: MetricRecord): void {
    const name = this.experiments.name(record.name);
    if (name === undefined || (this.units.flagsOf(unit) & optedOut) !== 0) return;
    const session = record.session === undefined ? 0 : sessionHash(record.session);
    this.#record(unit, name, record, record.value, session);
    if (name.derived === undefined) return;
    for (const source of name.derived) {
      const value = source.read(record);
      if (value !== undefined) this.#record(unit, source.name, record, value, session);
    }
  }

  #record(
    unit: number,
    name: EventName,
    { ts, at }: MetricRecord,
    value: number,
    sessionNumber: number,
  ): void {
    const flags = this.units.flagsOf(unit);
    const { readers } = name;
    let place = -1;
    for (let word = 0; word < readers.length; word++) {
      let waiting = readers[word] as number;
      for (let bits = waiting & this.#members.bitsOf(unit, word); bits !== 0; bits &= bits - 1) {
        const slot = word * 32 + lowestBit(bits);
        const tally = this.experiments.at(slot);
        const row = this.#members.rowOf(unit, slot);
        if (tally.isCounted(row, flags)) {
          if (ts < tally.startedAt(row)) continue;
          this.#count(tally, slot, row, name, ts, at, value, sessionNumber);
        }
        waiting &= ~(bits & -bits);
      }
      if (waiting === 0) continue;
      if (place < 0) place = this.#hold(unit, name.index, ts, at, value, sessionNumber);
    }
    if (place >= 0) this.#settleCounted(unit, place, name, flags, ts);
  }

  /** Other flags for a unit: what it counts for follows. */
  reflag(unit: number, added: number): void {
    const before = this.units.flagsOf(unit);
    this.units.flag(unit, added);
    const after = this.units.flagsOf(unit);
    if (after === before) return;
    for (const { slot, row } of this.#members.of(unit)) {
      this.experiments.at(slot).reflag(row, before, after);
      this.experiments.changed(this.experiments.at(slot));
    }
    if ((added & optedOut) !== 0) this.#dropHeld(unit);
  }

  /** Takes a unit out of everything. */
  forget(unit: number): void {
    for (const tally of this.experiments.all)
      tally.takeCovariates(this.units.highOf(unit), this.units.lowOf(unit));
    const flags = this.units.flagsOf(unit);
    for (const { slot, row } of this.#members.of(unit)) {
      this.experiments.at(slot).remove(row, flags);
      this.#members.remove(unit, slot);
      this.experiments.changed(this.experiments.at(slot));
    }
    this.#dropHeld(unit);
  }

  /** Takes a unit out and answers with what it was. */
  extract(unit: number): UnitState {
    const rows = this.#members.of(unit).map(({ slot, row }) => this.experiments.at(slot).read(row));
    const held: HeldState[] = [];
    this.#held.filter(unit, (place) => {
      const { name, ...event } = this.#held.eventAt(place);
      const settled = this.experiments.all.filter((_, slot) => this.#held.isSettled(place, slot));
      held.push({
        ...event,
        name: this.experiments.nameAt(name).text,
        settled: settled.map(({ definition }) => definition.experiment.key),
      });
      return true;
    });
    const covariates = this.experiments.all.flatMap((tally) => {
      const { key: experiment, phase } = tally.definition.experiment;
      const known = tally.takeCovariates(this.units.highOf(unit), this.units.lowOf(unit));
      return known.map((each) => ({ ...each, experiment, phase }));
    });
    const flags = this.units.flagsOf(unit) & (optedOut | isBot | silenced);
    this.forget(unit);
    return { flags, rows, held, covariates };
  }

  /** Puts what another identity was into a unit. */
  absorb(unit: number, { flags: others, rows, held, covariates }: UnitState): void {
    this.reflag(unit, others);
    const flags = this.units.flagsOf(unit);
    const [high, low] = [this.units.highOf(unit), this.units.lowOf(unit)];
    for (const { experiment, phase, metric, value } of covariates) {
      const slot = this.experiments.slotIn(experiment, phase);
      if (slot !== undefined) this.#covariate(slot, metric, high, low, value, "other");
    }
    for (const state of rows) {
      const slot = this.experiments.slotIn(state.experiment, state.phase);
      if (slot === undefined) continue; // of a phase that has ended
      const tally = this.experiments.at(slot);
      const known = this.#members.rowOf(unit, slot);
      const row = tally.absorb(known, flags, state, high, low);
      if (known < 0) this.#members.add(unit, slot, row);
      this.experiments.changed(tally);
    }
    if ((flags & optedOut) === 0) for (const event of held) this.#holdAgain(unit, event);
    // Whether the other identity's exposures were in time for this one's events is not known any more: what has not
    // expired counts.
    for (const { slot, row } of this.#members.of(unit)) {
      const startedAt = this.experiments.at(slot).startedAt(row);
      this.#countHeld(unit, slot, row, startedAt, ({ at }) => at + heldMsMax >= this.#newestAt);
    }
  }

  /** What a metric was for a unit before the experiment started. */
  covariate(slot: number, metric: string, high: number, low: number, value: number): void {
    this.#covariate(slot, metric, high, low, value, "unit");
  }

  /** An experiment's sums over the units with hashes from ≤ hash ≤ to: all units are looked at, unless it is one. */
  summaryWithin(slot: number, from: bigint, to: bigint): ExperimentSummary {
    const { units } = this;
    const rows: { row: number; flags: number }[] = [];
    const look = (unit: number): void => {
      const row = this.#members.rowOf(unit, slot);
      if (row >= 0) rows.push({ row, flags: units.flagsOf(unit) });
    };
    if (from === to) {
      const unit = units.find(Number(from >> 32n), Number(from & 0xffffffffn));
      if (unit >= 0) look(unit);
    } else {
      const [fromHigh, fromLow] = [Number(from >> 32n), Number(from & 0xffffffffn)];
      const [toHigh, toLow] = [Number(to >> 32n), Number(to & 0xffffffffn)];
      for (let unit = 0; unit < units.size; unit++) {
        const [high, low] = [units.highOf(unit), units.lowOf(unit)];
        const isFrom = high > fromHigh || (high === fromHigh && low >= fromLow);
        if (isFrom && (high < toHigh || (high === toHigh && low <= toLow))) look(unit);
      }
    }
    return this.experiments.at(slot).summaryOf(rows);
  }

  image(): UnitBookImage {
    return {
      units: this.units.image(),
      members: this.#members.image(this.units.size),
      experiments: this.experiments.image(),
      held: this.#held.image(),
      expired: this.#expired,
      newestAt: this.#newestAt,
      sweptAt: this.#sweptAt,
    };
  }

  #covariate(slot: number, metric: string, high: number, low: number, value: number, of: Origin): void {
    const tally = this.experiments.at(slot);
    const unit = this.units.find(high, low);
    const flags = unit < 0 ? 0 : this.units.flagsOf(unit);
    if ((flags & (deleted | linked)) !== 0) return;
    const row = unit < 0 ? -1 : this.#members.rowOf(unit, slot);
    tally.covariate(metric, row, flags, value, high, low, of);
    this.experiments.changed(tally);
  }

  #count(
    tally: Tally,
    slot: number,
    row: number,
    name: EventName,
    ts: number,
    at: number,
    value: number,
    session: number,
  ): void {
    const plan = name.plans[slot];
    if (plan === undefined) return;
    tally.take(row, plan, ts, value, session);
    tally.note(ts, at);
    this.experiments.changed(tally);
  }

  #hold(unit: number, name: number, ts: number, at: number, value: number, session: number): number {
    while (this.#held.size >= heldMax) {
      const oldest = this.#held.oldestAt();
      this.#expired += this.#held.sweep(oldest + Math.max(1, (this.#newestAt - oldest) / 8));
    }
    const place = this.#held.hold(unit, name, ts, at, value, session);
    if (this.#held.trim(unit)) this.#expired++;
    this.units.flag(unit, waits);
    return place;
  }

  /** B2: those that counted the event at once do not wait for it. */
  #settleCounted(unit: number, place: number, { readers }: EventName, flags: number, ts: number): void {
    for (let word = 0; word < readers.length; word++)
      for (
        let bits = (readers[word] as number) & this.#members.bitsOf(unit, word);
        bits !== 0;
        bits &= bits - 1
      ) {
        const slot = word * 32 + lowestBit(bits);
        const row = this.#members.rowOf(unit, slot);
        const tally = this.experiments.at(slot);
        if (!tally.isCounted(row, flags) || ts >= tally.startedAt(row)) this.#held.settle(place, slot);
      }
  }

  #holdAgain(unit: number, { name: text, ts, at, value, session, settled }: HeldState): void {
    const name = this.experiments.name(text);
    if (name === undefined) return;
    const place = this.#hold(unit, name.index, ts, at, value, session);
    for (const experiment of settled) {
      const slot = this.experiments.slotOf(experiment);
      if (slot !== undefined) this.#held.settle(place, slot);
    }
  }

  /** B1. Counts a unit's held events from a time on, if they are in time. */
  #countHeld(
    unit: number,
    slot: number,
    row: number,
    from: number,
    isInTime: (event: HeldEvent) => boolean,
  ): void {
    const tally = this.experiments.at(slot);
    const isCounted = tally.isCounted(row, this.units.flagsOf(unit));
    this.#held.filter(unit, (place) => {
      const event = this.#held.eventAt(place);
      const name = this.experiments.nameAt(event.name);
      if (name.plans[slot] === undefined || this.#held.isSettled(place, slot)) return true;
      if (isCounted) {
        if (event.ts < from || !isInTime(event)) return true;
        this.#count(tally, slot, row, name, event.ts, event.at, event.value, event.session);
      }
      this.#held.settle(place, slot); // B2
      return name.readers.some((readers, word) => (readers & ~this.#held.settledOf(place, word)) !== 0);
    });
    if (!this.#held.has(unit)) this.units.unflag(unit, waits);
  }

  #dropHeld(unit: number): void {
    this.#held.filter(unit, () => false);
    this.units.unflag(unit, waits);
  }
}
