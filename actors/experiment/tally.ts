import { assert } from "../../protocols/assert.ts";
import type { EventSource } from "../../protocols/event-source.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Json } from "../../protocols/json.ts";
import type { ExperimentSummary, VariantSummary } from "../../protocols/results.ts";
import { Covariates, type CovariatesImage, type Origin } from "./covariates.ts";
import type { EventPlan } from "./event-plan.ts";
import type { KeptEvent } from "./event-arena.ts";
import { amountOf, type Reading } from "./measure.ts";
import type { MetricColumns } from "./metric-columns.ts";
import { crossed, TallyRows, variantsMax, type Start, type TallyRowsImage } from "./tally-rows.ts";
import { TallySums, type TallySumsImage } from "./tally-sums.ts";
import { UnitNumbers, type Change, type UnitNumbersImage } from "./unit-numbers.ts";
import { isBot, optedOut } from "./units.ts";

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

export interface TallyImage extends UnitNumbersImage {
  readonly definition: ExperimentDefinition;
  readonly rows: TallyRowsImage;
  readonly covariates: CovariatesImage;
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
  readonly #rows: TallyRows;
  readonly #numbers: UnitNumbers;
  readonly #columns: readonly MetricColumns[];
  readonly #covariates: Covariates;
  readonly #sums: TallySums;
  readonly #aside: Record<Aside, number>;
  #newestTs: number;
  #newestAt: number;

  constructor(definition: ExperimentDefinition, image?: TallyImage) {
    const { experiment } = definition;
    this.definition = definition;
    this.#variantKeys = experiment.variants.map(({ key }) => key);
    assert(this.#variantKeys.length <= variantsMax, "variants fit a byte");
    this.#includesBots = experiment.bots === "included";
    this.#numbers = new UnitNumbers(definition, image);
    const { hasSessions, measures, columns } = this.#numbers;
    this.#columns = columns;
    this.#sums = new TallySums(definition, measures, image?.sums);
    const keeps = { orders: hasSessions || this.#sums.hasDimensions, sessions: hasSessions };
    this.#rows = new TallyRows(keeps, image?.rows);
    this.#covariates = new Covariates(measures, experiment.variants.length, image?.covariates);
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

  /** The sources that the metrics read, and how. */
  get plans(): ReadonlyMap<string, EventPlan> {
    return this.#numbers.plans;
  }

  get sources(): ReadonlyMap<string, EventSource> {
    return this.#numbers.sources;
  }

  get crossovers(): number {
    return this.#aside.crossover;
  }

  get byteLength(): number {
    const parts = [this.#rows, this.#numbers, this.#covariates, this.#sums];
    return parts.reduce((sum, part) => sum + part.byteLength, 0);
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
    this.#visit(row, flags, exposure, false);
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
    if (!this.#rows.isBefore(exposure, row)) return this.#visit(row, flags, exposure, true);
    this.#leave(row, flags);
    this.#rows.start(row, exposure); // T1
    this.#sums.place(row, exposure.metadata);
    this.#recount(row);
    this.#visit(row, flags, exposure, false);
    this.#join(row, flags);
    return true;
  }

  /** Counts an event at or after t0 of a unit that is in the sums. */
  take(row: number, plan: EventPlan, ts: number, value: number, session: number): void {
    const startedAt = this.#rows.startedAt(row);
    const { name, readings } = plan;
    if (plan.isWindowed) {
      const begun = { startedAt, session: this.#rows.session(row) };
      this.#numbers.take(row, begun, plan, { name, ts, value, session }, this.#changes(row, startedAt));
    } else
      for (let index = 0; index < readings.length; index++)
        this.#bump(row, startedAt, readings[index] as Reading, value);
  }

  /** The unit's flags changed. */
  reflag(row: number, before: number, after: number): void {
    if (this.#asideOf(row, before) === this.#asideOf(row, after)) return;
    this.#leave(row, before);
    if (this.#asideOf(row, after) !== "none") this.#numbers.clear(row);
    this.#join(row, after);
  }

  /** Takes a unit out for good, and its row for another. */
  remove(row: number, flags: number): void {
    this.#leave(row, flags);
    this.#numbers.clear(row);
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
      numbers: this.#numbers.numbersOf(row),
      events: this.#numbers.eventsOf(row),
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
    this.#numbers.add(row, state.numbers);
    if (this.#rows.variant(row) === crossed) this.#numbers.clear(row);
    else this.#numbers.keep(row, state.events);
    this.#recount(row);
    this.#join(row, flags);
    return row;
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
      ...this.#numbers.image(rows),
      covariates: this.#covariates.image(rows),
      sums: this.#sums.image(rows),
      aside: this.#aside,
      newestTs: this.#newestTs,
      newestAt: this.#newestAt,
    };
  }

  #open(variant: number): number {
    const row = this.#rows.open(variant);
    this.#numbers.cover(row);
    return row;
  }

  #cross(row: number): void {
    this.#rows.setVariant(row, crossed);
    this.#numbers.clear(row);
  }

  /** T4. The unit must not be in the sums. */
  #recount(row: number): void {
    this.#numbers.recount(row, { startedAt: this.#rows.startedAt(row), session: this.#rows.session(row) });
  }

  /** An exposure says that its unit had that session. True when it changed the sums. */
  #visit(row: number, flags: number, { ts, session }: Exposure, isInSums: boolean): boolean {
    if (!this.#numbers.countsVisits || this.#asideOf(row, flags) !== "none") return false;
    const begun = { startedAt: this.#rows.startedAt(row), session: this.#rows.session(row) };
    const columns = this.#columns;
    const change: Change = isInSums
      ? this.#changes(row, begun.startedAt)
      : (metric, first, second) => columns[metric]?.set(row, first, second);
    this.#numbers.visit(row, begun, ts, session, change);
    return isInSums;
  }

  /** Brings a unit's other numbers into the sums. */
  #changes(row: number, startedAt: number): Change {
    return (metric, first, second) => this.#set(row, startedAt, metric, first, second);
  }

  #bump(row: number, startedAt: number, { metric, first, second, limit }: Reading, value: number): void {
    const column = this.#columns[metric] as MetricColumns;
    const before = column.first(row);
    const secondBefore = column.second(row);
    const variant = this.#rows.variant(row);
    const covariate = this.#covariates.at(metric);
    covariate?.leave(row, variant, before, secondBefore);
    column.add(row, amountOf(first, value, limit), amountOf(second, value, limit));
    const after = column.first(row);
    const secondAfter = column.second(row);
    covariate?.enter(row, variant, after, secondAfter);
    this.#sums.replace(row, variant, startedAt, metric, before, secondBefore, after, secondAfter); // T3
  }

  #set(row: number, startedAt: number, metric: number, first: number, second: number): void {
    const column = this.#columns[metric] as MetricColumns;
    const before = column.first(row);
    const secondBefore = column.second(row);
    if (before === first && secondBefore === second) return;
    const variant = this.#rows.variant(row);
    const covariate = this.#covariates.at(metric);
    covariate?.leave(row, variant, before, secondBefore);
    column.set(row, first, second);
    covariate?.enter(row, variant, first, second);
    this.#sums.replace(row, variant, startedAt, metric, before, secondBefore, first, second); // T3
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
