import { boundaries } from "./boundaries.ts";
import { beforeFirstLook, type Continuation, continueAfter, type Region } from "./continuation.ts";
import {
  type Boundaries,
  faultOfTimes,
  type GroupSequentialDesign,
  type NoDesign,
  type Shape,
} from "./design.ts";
import { type FinalInference, finalInference } from "./final-inference.ts";
import { lowerBoundary, upperBoundary } from "./solve-boundary.ts";
import { spentBy } from "./spending.ts";

// A group sequential design while it runs.
//   M1. Alpha is spent by the information there is, not by the number of the look: looks may come early, late, more
//       often or be skipped, and the error stays what was planned.
//   M2. What a look spent stays spent: later looks do not change earlier boundaries.
//   M3. The final look spends what is left, before the planned end as after it.

export interface MonitoredLook {
  /** 1 / variance of the effect. */
  readonly information: number;
  /** Effect over its standard error. */
  readonly z: number;
}

export interface Monitoring {
  readonly design: GroupSequentialDesign;
  /** Information at the planned end. */
  readonly informationPlanned: number;
  readonly looks: readonly MonitoredLook[];
  /** The last look given is the last there will be. */
  readonly ended: boolean;
}

export interface LookResult {
  /** Share of the planned information; may exceed 1. */
  readonly time: number;
  /** Both sides together, up to and with this look. */
  readonly spent: number;
  /** Infinity: nothing was left to spend. */
  readonly z: number;
  readonly futilityZ?: number;
  /** The repeated confidence interval: it holds at all looks together, whatever is done about them. */
  readonly lower: number;
  readonly upper: number;
}

export type Verdict = "continue" | "upper" | "lower" | "futility" | "not_rejected";

export type Monitored =
  | {
      readonly kind: "monitored";
      readonly looks: readonly LookResult[];
      readonly verdict: Verdict;
      /** The look it stopped at, from 0. */
      readonly stoppedAt?: number;
      /** Once it has stopped or ended. */
      readonly final?: FinalInference;
    }
  | NoDesign
  | { readonly kind: "information_out_of_range" };

export function monitor({ design, informationPlanned, looks, ended }: Monitoring): Monitored {
  const planned = boundaries(design);
  if (planned.kind !== "boundaries") return planned;
  if (!(informationPlanned > 0 && Number.isFinite(informationPlanned)))
    return { kind: "information_out_of_range" };
  const times = looks.map(({ information }) => information / informationPlanned);
  const fault = faultOfTimes(times);
  if (fault !== undefined) return fault;
  const regions = regionsAt(design, planned, times, ended);
  const results = regions.map((region, index) => resultOf(region, looks[index], design));
  const stoppedAt = looks.findIndex(({ z }, index) => stops(regions[index], z));
  const allSpent = (regions.at(-1)?.spent ?? 0) >= design.alpha * (1 - 1e-12);
  if (stoppedAt < 0 && !ended && !allSpent) return { kind: "monitored", looks: results, verdict: "continue" };
  const at = stoppedAt < 0 ? looks.length - 1 : stoppedAt;
  const z = looks[at]?.z ?? Number.NaN;
  // Futility that nobody had to obey cannot be counted on.
  const counted = design.futility === undefined || design.futility.binding;
  const final = finalInference({
    regions: regions.slice(0, at + 1).map(({ time, lower, upper }) => ({
      time: time * informationPlanned,
      lower: counted ? lower : Number.NEGATIVE_INFINITY,
      upper,
    })),
    z,
    sides: design.sides,
    errorPerEnd: design.alpha / design.sides,
  });
  return {
    kind: "monitored",
    looks: results,
    verdict: stoppedAt < 0 ? "not_rejected" : verdictOf(regions[at], z, design),
    ...(stoppedAt >= 0 && { stoppedAt }),
    ...(final !== undefined && { final }),
  };
}

interface SpentRegion extends Region {
  readonly spent: number;
}

function regionsAt(
  design: GroupSequentialDesign,
  planned: Boundaries,
  times: readonly number[],
  ended: boolean,
): readonly SpentRegion[] {
  const { alpha, sides, futility } = design;
  const regions: SpentRegion[] = [];
  let underNone: Continuation = beforeFirstLook;
  let underDrift: Continuation = beforeFirstLook;
  let [spentBefore, betaBefore] = [0, 0];
  const drift = planned.drift ?? 0;
  for (const [index, time] of times.entries()) {
    const last = ended && index === times.length - 1;
    const spent = last
      ? alpha / sides
      : Math.max(spentBefore, plannedSpending(design.shape, planned, alpha / sides, time));
    const upper = upperBoundary(underNone, time, spent - spentBefore, 0);
    let lower = sides === 2 ? -upper : Number.NEGATIVE_INFINITY;
    if (futility !== undefined) {
      const beta = spentBy(futility.spending, futility.beta, time);
      lower =
        last || time >= 1
          ? upper
          : Math.min(upper, lowerBoundary(underDrift, time, beta - betaBefore, drift));
      betaBefore = beta;
    }
    regions.push({ time, lower, upper, spent: spent * sides });
    spentBefore = spent;
    const next = times[index + 1];
    if (next === undefined) break;
    const relied = futility === undefined || futility.binding ? lower : Number.NEGATIVE_INFINITY;
    underNone = continueAfter(underNone, { time, lower: relied, upper }, next, 0);
    if (futility !== undefined) underDrift = continueAfter(underDrift, { time, lower, upper }, next, drift);
  }
  return regions;
}

/** One side's error by information (M1); an exact family's is read between its planned looks along straight lines. */
function plannedSpending(
  shape: Shape,
  { times, spent, sides }: Boundaries,
  error: number,
  time: number,
): number {
  if (shape.kind === "spending") return spentBy(shape.spending, error, time);
  const end = times.at(-1) ?? 1;
  const at = Math.min(time, end);
  const index = times.findIndex((planned) => planned >= at * (1 - 1e-12));
  const [from, to] = [index <= 0 ? 0 : (times[index - 1] ?? 0), times[index] ?? end];
  const [low, high] = [index <= 0 ? 0 : (spent[index - 1] ?? 0), spent[index] ?? error * sides];
  return (low + (high - low) * Math.min(1, (at - from) / (to - from))) / sides;
}

function resultOf(
  region: SpentRegion,
  look: MonitoredLook | undefined,
  design: GroupSequentialDesign,
): LookResult {
  const { time, spent, upper, lower } = region;
  const { information = Number.NaN, z = Number.NaN } = look ?? {};
  const standardError = 1 / Math.sqrt(information);
  return {
    time,
    spent,
    z: upper,
    ...(design.futility !== undefined && { futilityZ: lower }),
    lower: (z - upper) * standardError,
    upper: (z + upper) * standardError,
  };
}

const stops = (region: Region | undefined, z: number): boolean =>
  region !== undefined && (z >= region.upper || z <= region.lower);

function verdictOf(region: Region | undefined, z: number, { futility }: GroupSequentialDesign): Verdict {
  if (region !== undefined && z >= region.upper) return "upper";
  return futility === undefined ? "lower" : "futility";
}
