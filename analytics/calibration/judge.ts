import type { CalibratedMethod } from "../../protocols/calibration.ts";
import type { Baseline } from "../../protocols/power.ts";
import type { PairSummary } from "../statistics/bivariate.ts";
import { sequentialRatio } from "../statistics/health/sequential-srm.ts";
import { sampleRatio } from "../statistics/health/srm.ts";
import { alwaysValid } from "../statistics/scorecard/always-valid.ts";
import { boundaries } from "../statistics/sequential/boundaries.ts";
import { answerOfPairs } from "../planning/simulation/look.ts";
import type { Changes } from "./changes.ts";
import { splitSums, splitsPerWord } from "./split-sums.ts";

/** Splits of `words` words of bits, from word `from` on, of which the first `splits` of all count. */
export interface SplitTask {
  readonly changes: Changes;
  /** Absent: the units themselves, by their sample ratio. */
  readonly kind?: Baseline["kind"];
  /** Whether the second number of each unit is its covariate. */
  readonly hasCovariate: boolean;
  /** Whether units' values change long after their exposure (metric-shape.ts). */
  readonly grows: boolean;
  readonly alpha: number;
  readonly tunedFor: number;
  readonly seed: number;
  readonly from: number;
  readonly words: number;
  readonly splits: number;
}

/** What a method said of each split: its p-values, NaN where it had no answer, or only how often it rejected. */
export interface MethodOutcome {
  readonly tests: number;
  readonly silent: number;
  readonly rejections: number;
  readonly pValues?: Float64Array;
}

export type SplitOutcomes = Partial<Record<CalibratedMethod, MethodOutcome>>;

const looksPlanned = 5;
export const sampleRatioAlpha = 0.01;
const evenly = 5_000;

export function judgeSplits(task: SplitTask): SplitOutcomes {
  const { changes, seed, from, words } = task;
  const sums = splitSums(changes, seed, from, words);
  const totals = totalsOf(changes);
  const width = changes.sums.length;
  const days = changes.dayEnds.length;
  const splits = Math.min(words * splitsPerWord, task.splits - from * splitsPerWord);
  const armsAt = (split: number, day: number): readonly [PairSummary, PairSummary] => {
    const at = (split * days + day) * width;
    const variant = Array.from({ length: width }, (_, sum) => sums[at + sum] ?? 0);
    const control = variant.map((value, sum) => (totals[day * width + sum] ?? 0) - value);
    return [pairsOf(control, changes.pivots), pairsOf(variant, changes.pivots)];
  };
  return task.kind === undefined
    ? judgeUnits(splits, days, armsAt)
    : judgeMetric({ ...task, kind: task.kind }, splits, days, armsAt);
}

type Arms = (split: number, day: number) => readonly [control: PairSummary, variant: PairSummary];

/** How many splits rejected, and how many had no answer. */
class Counter {
  readonly #pValues: Float64Array | undefined;
  #tests = 0;
  #silent = 0;
  #rejections = 0;

  constructor(pValues: Float64Array | undefined) {
    this.#pValues = pValues;
  }

  p(split: number, pValue: number | undefined, alpha: number): void {
    if (this.#pValues !== undefined) this.#pValues[split] = pValue ?? Number.NaN;
    this.rejected(pValue === undefined ? undefined : pValue <= alpha);
  }

  rejected(rejects: boolean | undefined): void {
    if (rejects === undefined) this.#silent++;
    else {
      this.#tests++;
      if (rejects) this.#rejections++;
    }
  }

  get outcome(): MethodOutcome {
    const counts = { tests: this.#tests, silent: this.#silent, rejections: this.#rejections };
    return this.#pValues === undefined ? counts : { ...counts, pValues: this.#pValues };
  }
}

function judgeMetric(
  { kind, alpha, hasCovariate, grows, tunedFor, changes }: SplitTask & { readonly kind: Baseline["kind"] },
  splits: number,
  days: number,
  armsAt: Arms,
): SplitOutcomes {
  const fixed = new Counter(new Float64Array(splits));
  const cuped = new Counter(new Float64Array(splits));
  const valid = new Counter(undefined);
  const planned = new Counter(undefined);
  const looks = plannedLooks(changes, alpha, grows);
  for (let split = 0; split < splits; split++) {
    const last = armsAt(split, days - 1);
    fixed.p(split, answerOfPairs(kind, ...last, alpha, false)?.pValue, alpha);
    const adjusted = hasCovariate ? answerOfPairs(kind, ...last, alpha, true) : undefined;
    cuped.p(split, adjusted?.isAdjusted === true ? adjusted.pValue : undefined, alpha);
    let [validSaid, validRejects]: [boolean, boolean] = [false, false];
    let [plannedSaid, plannedRejects]: [boolean, boolean] = [false, false];
    for (let day = 0; day < days; day++) {
      const [control, variant] = armsAt(split, day);
      const answer = answerOfPairs(kind, control, variant, alpha, hasCovariate)?.answer;
      if (answer === undefined) continue;
      const perGroup = Math.min(control.count, variant.count);
      const said = alwaysValid(answer, perGroup, alpha, tunedFor, undefined);
      if ("monitored" in said) {
        validSaid = true;
        validRejects ||= said.monitored.pValue <= alpha;
      }
      const boundary = looks?.get(day);
      if (boundary === undefined) continue;
      plannedSaid = true;
      plannedRejects ||= Math.abs(answer.difference / answer.standardError) >= boundary;
    }
    valid.rejected(validSaid ? validRejects : undefined);
    if (looks !== undefined) planned.rejected(plannedSaid ? plannedRejects : undefined);
  }
  return {
    fixed: fixed.outcome,
    ...(hasCovariate ? { cuped: cuped.outcome } : {}),
    always_valid: valid.outcome,
    ...(looks === undefined ? {} : { group_sequential: planned.outcome }),
  };
}

/** The days after which about a fifth more of the units were there, with the boundary of each; undefined: too few of them. */
function plannedLooks(
  changes: Changes,
  alpha: number,
  grows: boolean,
): ReadonlyMap<number, number> | undefined {
  const totals = totalsOf(changes);
  const width = changes.sums.length;
  const days = changes.dayEnds.length;
  const whole = totals[(days - 1) * width] ?? 0;
  const chosen: number[] = [];
  for (let look = 1; look <= looksPlanned; look++) {
    for (let day = (chosen.at(-1) ?? -1) + 1; day < days; day++) {
      const share = (totals[day * width] ?? 0) / whole;
      const isNext = look === looksPlanned ? day === days - 1 : share >= look / looksPlanned && share < 1;
      if (!isNext) continue;
      chosen.push(day);
      break;
    }
  }
  const times = chosen.map((day) => (totals[day * width] ?? 0) / whole);
  const made = boundaries({
    shape: { kind: "spending", spending: { kind: "obrien_fleming" } },
    times,
    alpha,
    sides: 2,
    increments: grows ? "any" : "independent",
  });
  if (made.kind !== "boundaries" || chosen.length < 2) return undefined;
  return new Map(chosen.map((day, index) => [day, made.z[index] ?? Number.POSITIVE_INFINITY]));
}

function judgeUnits(splits: number, days: number, armsAt: Arms): SplitOutcomes {
  const once = new Counter(new Float64Array(splits));
  const always = new Counter(undefined);
  for (let split = 0; split < splits; split++) {
    let least: number | undefined;
    for (let day = 0; day < days; day++) {
      const arms = armsAt(split, day).map(({ count }, index) => ({
        variant: String(index),
        units: Math.round(count),
        weight: evenly,
      }));
      const said = sequentialRatio(arms);
      if (said.kind === "tested") least = Math.min(least ?? 1, said.pValue);
      if (day < days - 1) continue;
      const tested = sampleRatio(arms);
      once.p(split, tested.kind === "tested" ? tested.pValue : undefined, sampleRatioAlpha);
    }
    always.rejected(least === undefined ? undefined : least <= sampleRatioAlpha);
  }
  return { sample_ratio: once.outcome, sequential_sample_ratio: always.outcome };
}

/** Cumulative, `[day × width + sum]`, of both arms. */
export function totalsOf({ sums, dayEnds }: Changes): Float64Array {
  const width = sums.length;
  const totals = new Float64Array(dayEnds.length * width);
  for (const [sum, column] of sums.entries()) {
    let [running, row] = [0, 0];
    for (const [day, end] of dayEnds.entries()) {
      for (; row < end; row++) running += column[row] ?? 0;
      totals[day * width + sum] = running;
    }
  }
  return totals;
}

function pairsOf(sums: readonly number[], pivots: Changes["pivots"]): PairSummary {
  const [units = 0, y = 0, yy = 0, x = 0, xx = 0, xy = 0] = sums;
  const count = Math.round(units);
  if (count === 0)
    return {
      count,
      meanNumerator: 0,
      meanDenominator: 0,
      squaredNumerator: 0,
      squaredDenominator: 0,
      crossDeviations: 0,
    };
  return {
    count,
    meanNumerator: pivots[0] + y / count,
    meanDenominator: pivots[1] + x / count,
    squaredNumerator: Math.max(0, yy - (y * y) / count),
    squaredDenominator: Math.max(0, xx - (x * x) / count),
    crossDeviations: xy - (x * y) / count,
  };
}
