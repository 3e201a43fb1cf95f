import type { AlwaysValid, MonitoredCell, NoAnswer } from "../../../protocols/scorecard.ts";
import { fiellerLift } from "../methods/fieller.ts";
import { anytimeTPValue, anytimeTRadius, bestG, logAnytimeE } from "../sequential/anytime-t.ts";
import { exactRhoSquared, logMixtureRatio, mixtureMultiplier, pOfLogE } from "../sequential/mixture.ts";
import { next, nothingSeen, runningInterval, type RunningEvidence } from "../sequential/running.ts";
import type { Answer } from "./answer.ts";

/** From here on the normal mixture is near enough; below, the anytime-valid t knows that variances are estimated. */
const asymptoticUnitsMin = 1_000;
/** Simulated, skewed and binary metrics included: with fewer the promise is not kept. */
const unitsPerGroupMin = 20;

/** What a comparison may say at any time, and what to remember of it. */
export function alwaysValid(
  answer: Answer,
  unitsPerGroup: number,
  alpha: number,
  tunedFor: number,
  earlier: MonitoredCell | undefined,
): { readonly monitored: AlwaysValid; readonly cell: MonitoredCell } | NoAnswer {
  if (unitsPerGroup < unitsPerGroupMin)
    return {
      kind: "no_answer",
      code: "too_few_units",
      reason: `the smaller group has ${unitsPerGroup} units, and an answer that holds at any time needs ${unitsPerGroupMin}`,
    };
  const { difference, standardError } = answer;
  const reach = reachOf(answer, alpha, tunedFor);
  if (reach === undefined)
    return {
      kind: "no_answer",
      code: "too_few_units",
      reason: "there are too few units for an interval that holds at any time",
    };
  const { multiplier, logE, pValue } = reach;
  const interval = [
    difference - multiplier * standardError,
    difference + multiplier * standardError,
  ] as const;
  const running = next(evidenceOf(earlier), { pValue, lower: interval[0], upper: interval[1] });
  const common = runningInterval(running);
  const { control, variant } = answer;
  // Fieller's is on the same side of 0 as the absolute interval; the delta method's need not be.
  const relative = fiellerLift(control, variant, multiplier);
  return {
    monitored: {
      kind: "always_valid",
      interval,
      ...(relative.kind === "interval" ? { relativeInterval: relative.interval } : {}),
      pValue,
      eValue: Math.min(Number.MAX_VALUE, Math.exp(logE)),
      runningPValue: running.pValue,
      ...(common.kind === "interval" ? { runningInterval: [common.lower, common.upper] as const } : {}),
      looks: running.looks,
    },
    cell: { p: running.pValue, low: running.lower, high: running.upper, looks: running.looks },
  };
}

/** Half-width in standard errors, and the evidence; undefined while no interval is finite. */
function reachOf(
  { difference, standardError, degreesOfFreedom, units }: Answer,
  alpha: number,
  tunedFor: number,
): { readonly multiplier: number; readonly logE: number; readonly pValue: number } | undefined {
  const statistic = difference / standardError;
  const rhoSquared = exactRhoSquared(tunedFor, alpha);
  if (units >= asymptoticUnitsMin) {
    const logE = logMixtureRatio(statistic, units * rhoSquared);
    return { multiplier: mixtureMultiplier(units * rhoSquared, alpha), logE, pValue: pOfLogE(logE) };
  }
  // Welch's degrees of freedom in place of n − 2: the groups may differ in their variance.
  const model = { units, coefficients: units - degreesOfFreedom, g: bestG(rhoSquared) };
  const multiplier = anytimeTRadius(alpha, model);
  const logE = logAnytimeE(statistic, model);
  const pValue = anytimeTPValue(statistic, model);
  return multiplier === undefined || logE === undefined || pValue === undefined
    ? undefined
    : { multiplier, logE, pValue };
}

/** The half-width to expect at so many units in all, if a unit varies as much as now. */
export function radiusAt(answer: Answer, units: number, alpha: number, tunedFor: number): number {
  const standardError = answer.standardError * Math.sqrt(answer.units / units);
  return standardError * mixtureMultiplier(units * exactRhoSquared(tunedFor, alpha), alpha);
}

const evidenceOf = (cell: MonitoredCell | undefined): RunningEvidence =>
  cell === undefined ? nothingSeen : { looks: cell.looks, pValue: cell.p, lower: cell.low, upper: cell.high };
