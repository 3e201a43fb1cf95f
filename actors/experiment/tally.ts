import { assert } from "../../protocols/assert.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Json } from "../../protocols/json.ts";
import type { ExperimentSummary, VariantSummary } from "../../protocols/results.ts";
import { Covariates, type CovariatesImage, type Origin } from "./covariates.ts";
import { eventPlansOf, type EventPlan } from "./event-plan.ts";
import { EventArena, type EventArenaImage, type KeptEvent } from "./event-arena.ts";
import { amountOf, MetricColumns, type MetricColumnsImage, type Reading } from "./metric-columns.ts";
import { crossed, TallyRows, variantsMax, type Start, type TallyRowsImage } from "./tally-rows.ts";
import { TallySums, type TallySumsImage } from "./tally-sums.ts";
import { isBot, optedOut } from "./units.ts";
import { isInWindow } from "./window.ts";

// One experiment's rolling sums over the units of one partition. A unit is a row: variant, t0 and its metrics' numbers.
//   T1. A unit counts for the variant of its earliest exposure, from that moment (t0) on.
//   T2. A unit that saw two variants counts for none (a crossover); nothing brings it back within the phase.
//   T3. An event of a unit in the sums changes them in O(1). Whatever else changes takes the unit out, changes it, and
//       brings it in again: rare, and so never wrong in one sum only.
//   T4. Windows are held against t0; when it moves, what they had kept is counted again.
// 30 bytes a unit with a binary, a sum and a mean: 8 of t0, 1 of variant, 21 of numbers. Dimensions and session windows
// take 8 more for the place in the log, sessions another 8, dimensions one each, conversion and day windows 4, and 22 to
// 30 an event in the arena.

/** Why a unit is in no sum, the stronger reason last. */
const asides = ["none", "crossover", "bot", "opted_out"] as const;
type Aside = (typeof asides)[number];
const nobody: Readonly<Record<Aside, number>> = { none: 0, crossover: 0, bot: 0, opted_out: 0 };

export interface TallyImage {
  readonly definition: ExperimentDefinition;
  readonly rows: TallyRowsImage;
  readonly metrics: readonly MetricColumnsImage[];
  readonly covariates: CovariatesImage;
  readonly arena?: EventArenaImage;
  readonly sums: TallySumsImage;
  readonly aside: Readonly<Record<Aside, number>>;
  readonly newestTs: number;
  readonly newestAt: number;
}

/** What an exposure says of its unit. */
export interface Exposure extends Start {
  readonly metadata: Readonly<Record<string, Json>> | undefined;
}

/** A unit's row, taken out of one tally to be put into another of the same experiment and phase. */
export interface RowState extends Start {
  readonly experiment: string;
  readonly phase: number;
  /** Null for a crossover. */
  readonly variant: number | null;
  readonly values: readonly string[];
  readonly numbers: readonly (readonly [first: number, second: number])[];
  readonly events: readonly KeptEvent[];
}

export class Tally {
  definition: ExperimentDefinition;
  /** Since somebody looked. */
  isChanged = false;
  readonly #variantKeys: readonly string[];
  readonly #includesBots: boolean;
  /** The event names that the metrics read, and how. */
  readonly plans: ReadonlyMap<string, EventPlan>;
  /** By the plans' numbers. */
  readonly #planOf: readonly EventPlan[];
  readonly #rows: TallyRows;
  readonly #columns: readonly MetricColumns[];
  readonly #covariates: Covariates;
  readonly #arena: EventArena | undefined;
  readonly #sums: TallySums;
  readonly #aside: Record<Aside, number>;
  #newestTs: number;
  #newestAt: number;

  constructor(definition: ExperimentDefinition, image?: TallyImage) {
    const { experiment, metrics } = definition;
    this.definition = definition;
    this.#variantKeys = experiment.variants.map(({ key }) => key);
    assert(this.#variantKeys.length <= variantsMax, "variants fit a byte");
    this.#includesBots = experiment.bots === "included";
    this.#sums = new TallySums(definition, image?.sums);
    const hasSessions = metrics.some(({ window }) => window?.type === "session");
    this.plans = eventPlansOf(metrics);
    this.#planOf = [...this.plans.values()];
    const keeps = { orders: hasSessions || this.#sums.hasDimensions, sessions: hasSessions };
    this.#rows = new TallyRows(keeps, image?.rows);
    this.#columns = metrics.map((metric, index) => new MetricColumns(metric, image?.metrics[index]));
    this.#covariates = new Covariates(definition, image?.covariates);
    if (this.#planOf.some(({ isWindowed }) => isWindowed))
      this.#arena = image?.arena === undefined ? new EventArena(hasSessions) : EventArena.of(image.arena);
    this.#aside = { ...(image?.aside ?? nobody) };
    this.#newestTs = image?.newestTs ?? Number.NEGATIVE_INFINITY;
    this.#newestAt = image?.newestAt ?? Number.NEGATIVE_INFINITY;
  }

  get newestEventTs(): number | undefined {
    return Number.isFinite(this.#newestTs) ? this.#newestTs : undefined;
  }

  /** When the gateway took in the newest record counted. */
  get newestAt(): number | undefined {
    return Number.isFinite(this.#newestAt) ? this.#newestAt : undefined;
  }

  get crossovers(): number {
    return this.#aside.crossover;
  }

  get byteLength(): number {
    const parts = [this.#rows, ...this.#columns, this.#covariates, this.#arena, this.#sums];
    return parts.reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);
  }

  /** The place of a variant; −1 for one that the experiment does not have. */
  variantOf(key: string): number {
    return this.#variantKeys.indexOf(key);
  }

  isCounted(row: number, flags: number): boolean {
    return this.#asideOf(row, flags) === "none";
  }

  startedAt(row: number): number {
    return this.#rows.startedAt(row);
  }

  /** The newest record that counted. */
  note(ts: number, at: number): void {
    if (ts > this.#newestTs) this.#newestTs = ts;
    if (at > this.#newestAt) this.#newestAt = at;
  }

  /** A unit's first exposure in the log. */
  open(variant: number, flags: number, exposure: Exposure, high: number, low: number): number {
    const row = this.#open(variant);
    this.#rows.start(row, exposure);
    this.#sums.place(row, exposure.metadata);
    this.#covariates.open(row, high, low);
    this.#join(row, flags);
    return row;
  }

  /** Another exposure of a unit; true when it changed anything. */
  expose(row: number, flags: number, variant: number, exposure: Exposure): boolean {
    const present = this.#rows.variant(row);
    if (present === crossed) return false;
    if (present !== variant) {
      this.#leave(row, flags);
      this.#cross(row); // T2
      this.#join(row, flags);
      return true;
    }
    if (!this.#rows.isBefore(exposure, row)) return false;
    this.#leave(row, flags);
    this.#rows.start(row, exposure); // T1
    this.#sums.place(row, exposure.metadata);
    this.#recount(row);
    this.#join(row, flags);
    return true;
  }

  /** Counts an event at or after t0 of a unit that is in the sums. */
  take(
    row: number,
    { name, readings, isWindowed }: EventPlan,
    ts: number,
    value: number,
    session: number,
  ): void {
    const startedAt = this.#rows.startedAt(row);
    let isKept = false;
    for (let index = 0; index < readings.length; index++) {
      const reading = readings[index] as Reading;
      if (isWindowed) {
        const { window } = reading;
        isKept ||= window.type === "session" && session !== 0;
        if (!isInWindow(window, startedAt, this.#rows.session(row), ts, session)) continue;
        isKept ||= window.type !== "lifetime";
      }
      this.#bump(row, startedAt, reading, value);
    }
    if (isKept) this.#arena?.push(row, name, ts, value, session);
  }

  /** The unit's flags changed. */
  reflag(row: number, before: number, after: number): void {
    if (this.#asideOf(row, before) === this.#asideOf(row, after)) return;
    this.#leave(row, before);
    if (this.#asideOf(row, after) !== "none") this.#empty(row);
    this.#join(row, after);
  }

  /** Takes a unit out for good, and its row for another. */
  remove(row: number, flags: number): void {
    this.#leave(row, flags);
    this.#empty(row);
    this.#rows.release(row);
  }

  /** What a row holds; it stays. */
  read(row: number): RowState {
    const { key, phase } = this.definition.experiment;
    const variant = this.#rows.variant(row);
    return {
      ...this.#rows.startOf(row),
      experiment: key,
      phase,
      variant: variant === crossed ? null : variant,
      values: this.#sums.valuesOf(row),
      numbers: this.#columns.map((column) => [column.first(row), column.second(row)]),
      events: this.#arena?.of(row) ?? [],
    };
  }

  /** Puts another identity's row into that of a unit, or into a new one. Answers with the row. */
  absorb(known: number, flags: number, state: RowState, high: number, low: number): number {
    let row = known;
    if (row < 0) {
      row = this.#open(state.variant ?? crossed);
      this.#covariates.open(row, high, low);
    } else {
      this.#leave(row, flags);
      if (this.#rows.variant(row) !== state.variant) this.#cross(row);
    }
    if (this.#rows.isBefore(state, row)) {
      this.#rows.start(row, state);
      this.#sums.placeValues(row, state.values);
    }
    for (const [metric, column] of this.#columns.entries()) {
      const [first = 0, second = 0] = state.numbers[metric] ?? [];
      column.add(row, first, second);
    }
    if (this.#rows.variant(row) === crossed) this.#empty(row);
    else this.keep(row, state.events);
    this.#recount(row);
    this.#join(row, flags);
    return row;
  }

  /** Events of another identity, which its windows had counted. The unit must not be in the sums, or `recount` follows. */
  keep(row: number, events: readonly KeptEvent[]): void {
    for (const { name, ts, value, session } of events) this.#arena?.push(row, name, ts, value, session);
  }

  /** What a metric was for a unit before the experiment. Known of another identity, it is combined with the unit's own. */
  covariate(
    metric: string,
    row: number,
    flags: number,
    value: number,
    high: number,
    low: number,
    of: Origin,
  ): void {
    const covariate = this.#covariates.of(metric);
    if (covariate === undefined) return;
    const known = of === "unit" ? value : covariate.combined(covariate.knownOf(high, low), value);
    covariate.learn(high, low, known);
    if (row < 0) return;
    this.#leave(row, flags);
    covariate.set(row, known);
    this.#join(row, flags);
  }

  /** Forgets what is known of a unit, and tells what it was by metric. */
  takeCovariates(high: number, low: number): { readonly metric: string; readonly value: number }[] {
    return this.#covariates.take(high, low);
  }

  summary(detail = false): ExperimentSummary {
    const { variants, ...others } = this.#sums.summary(detail);
    const withCovariates = variants.map((variant, index) => this.#covariates.addTo(variant, index));
    return { ...summaryWith(withCovariates, this.#aside), ...others };
  }

  /** The sums of some rows, made anew; without covariates. */
  summaryOf(rows: readonly { readonly row: number; readonly flags: number }[]): ExperimentSummary {
    const aside = { ...nobody };
    const counted: { row: number; variant: number }[] = [];
    for (const { row, flags } of rows) {
      const why = this.#asideOf(row, flags);
      aside[why]++;
      if (why === "none") counted.push({ row, variant: this.#rows.variant(row) });
    }
    return summaryWith(this.#sums.summaryOf(counted, this.#columns), aside);
  }

  image(): TallyImage {
    const rows = this.#rows.length;
    return {
      definition: this.definition,
      rows: this.#rows.image(),
      metrics: this.#columns.map((column) => column.image(rows)),
      covariates: this.#covariates.image(rows),
      ...(this.#arena === undefined ? {} : { arena: this.#arena.image() }),
      sums: this.#sums.image(rows),
      aside: this.#aside,
      newestTs: this.#newestTs,
      newestAt: this.#newestAt,
    };
  }

  #open(variant: number): number {
    const row = this.#rows.open(variant);
    for (const column of this.#columns) column.cover(row);
    return row;
  }

  #cross(row: number): void {
    this.#rows.setVariant(row, crossed);
    this.#empty(row);
  }

  /** Nothing of a unit that counts no more is kept but that it was exposed. */
  #empty(row: number): void {
    for (const column of this.#columns) column.clear(row);
    this.#arena?.clear(row);
  }

  /** T4. The unit must not be in the sums. */
  #recount(row: number): void {
    const arena = this.#arena;
    if (arena === undefined) return;
    const { metrics } = this.definition;
    for (const [metric, column] of this.#columns.entries())
      if ((metrics[metric]?.window?.type ?? "lifetime") !== "lifetime") column.clear(row);
    const startedAt = this.#rows.startedAt(row);
    const ownSession = this.#rows.session(row);
    const events = arena.of(row);
    arena.clear(row);
    for (const { name, ts, value, session } of events.toReversed()) {
      let isKept = false;
      for (const { window, metric, first, second } of this.#planOf[name]?.readings ?? []) {
        if (window.type === "lifetime") continue;
        const isIn = isInWindow(window, startedAt, ownSession, ts, session);
        if (isIn) this.#columns[metric]?.add(row, amountOf(first, value), amountOf(second, value));
        isKept ||= isIn || (window.type === "session" && session !== 0);
      }
      if (isKept) arena.push(row, name, ts, value, session);
    }
  }

  #bump(row: number, startedAt: number, reading: Reading, value: number): void {
    const { metric } = reading;
    const variant = this.#rows.variant(row);
    const column = this.#columns[metric] as MetricColumns;
    const first = column.first(row);
    const second = column.second(row);
    const covariate = this.#covariates.at(metric);
    covariate?.leave(row, variant, first, second);
    column.add(row, amountOf(reading.first, value), amountOf(reading.second, value));
    const newFirst = column.first(row);
    const newSecond = column.second(row);
    covariate?.enter(row, variant, newFirst, newSecond);
    this.#sums.replace(row, variant, startedAt, metric, first, second, newFirst, newSecond); // T3
  }

  #asideOf(row: number, flags: number): Aside {
    if ((flags & optedOut) !== 0) return "opted_out";
    if ((flags & isBot) !== 0 && !this.#includesBots) return "bot";
    return this.#rows.variant(row) === crossed ? "crossover" : "none";
  }

  #join(row: number, flags: number): void {
    const aside = this.#asideOf(row, flags);
    this.#aside[aside]++;
    if (aside !== "none") return;
    const variant = this.#rows.variant(row);
    this.#sums.enter(row, variant, this.#rows.startedAt(row), this.#columns);
    if (!this.#covariates.isEmpty) this.#covariates.enter(row, variant, this.#columns);
  }

  #leave(row: number, flags: number): void {
    const aside = this.#asideOf(row, flags);
    this.#aside[aside]--;
    if (aside !== "none") return;
    const variant = this.#rows.variant(row);
    this.#sums.leave(row, variant, this.#rows.startedAt(row), this.#columns);
    if (!this.#covariates.isEmpty) this.#covariates.leave(row, variant, this.#columns);
  }
}

const summaryWith = (
  variants: readonly VariantSummary[],
  { crossover, bot, opted_out: out }: Readonly<Record<Aside, number>>,
): ExperimentSummary => ({
  variants,
  crossovers: crossover,
  ...(out > 0 ? { optedOut: out } : {}),
  ...(bot > 0 ? { bots: bot } : {}),
});
