import { boundaries } from "../sequential/boundaries.ts";
import { inflationFor, operatingAt } from "../sequential/operating.ts";
import {
  findRoot,
  noncentralStudentSf,
  normalQuantile,
  normalSf,
  normalUpperQuantile,
  studentQuantile,
} from "../special/special.ts";
import { alwaysValidPower } from "./always-valid-power.ts";
import type { Plan, PlannedEffect, PlanRequest } from "./request.ts";
import { settled, type Settled } from "./settle.ts";

/** No experiment is larger, and no effect further from the baseline in its deviations. */
const unitsMax = 1e13;
const powerDefault = 0.8;
/** Above so many degrees of freedom t is normal to four digits of the power. */
const studentUntil = 2_000;

/** Units, power or detectable effect of an experiment: whichever of the three is not given. */
export function plan(request: PlanRequest): Plan {
  const frame = settled(request);
  if (frame.kind !== "settled") return frame;
  const effect = request.effect === undefined ? undefined : absolute(request.effect, frame);
  if (request.effect !== undefined && (effect === undefined || !(Math.abs(effect) + frame.margin > 0)))
    return { kind: "out_of_range", field: "effect" };
  const { units } = request;
  if (units !== undefined && effect !== undefined) {
    const power = powerOf(frame, effect, units);
    return power === undefined ? { kind: "out_of_reach" } : finished(request, frame, effect, units, power);
  }
  const power = request.power ?? powerDefault;
  if (effect !== undefined) {
    const needed = unitsFor(frame, effect, power);
    return needed === undefined ? { kind: "out_of_reach" } : finished(request, frame, effect, needed, power);
  }
  if (units === undefined) return { kind: "underdetermined" };
  const detectable = effectFor(frame, units, power);
  return detectable === undefined
    ? { kind: "out_of_reach" }
    : finished(request, frame, detectable, units, power);
}

const absolute = ({ kind, value }: PlannedEffect, { mean }: Settled): number | undefined =>
  Number.isFinite(value) ? (kind === "absolute" ? value : value * Math.abs(mean)) : undefined;

/** The standard error of the difference, of the smallest comparison, when the variant differs by `effect`. */
function standardErrorOf(frame: Settled, effect: number, units: number): number {
  const { controlShare, variantShare, varianceOf, correlation } = frame;
  const variance = varianceOf(0) / controlShare + varianceOf(effect) / variantShare;
  return Math.sqrt((variance * (1 - correlation ** 2)) / units);
}

/** What is to be found: the distance from the null hypothesis. Against a margin, an improvement helps. */
const distanceOf = ({ margin }: Settled, effect: number): number =>
  margin > 0 ? effect + margin : Math.abs(effect);

function powerOf(frame: Settled, effect: number, units: number): number | undefined {
  const standardError = standardErrorOf(frame, effect, units);
  if (!(standardError > 0)) return undefined;
  const { alpha, sides, decision, controlShare, variantShare } = frame;
  const shift = distanceOf(frame, effect) / standardError;
  switch (decision.kind) {
    case "fixed": {
      const degreesOfFreedom = units * (controlShare + variantShare) - 2;
      if (!frame.studentised || degreesOfFreedom > studentUntil)
        return normalSf(normalUpperQuantile(alpha / sides) - shift);
      if (!(degreesOfFreedom > 0)) return undefined;
      const critical = -studentQuantile(alpha / sides, degreesOfFreedom);
      return noncentralStudentSf(critical, degreesOfFreedom, shift);
    }
    case "always_valid": {
      const compared = units * (controlShare + variantShare);
      return alwaysValidPower(shift, 1, compared, { alpha, unitsPlanned: decision.unitsPlanned ?? compared });
    }
    case "group_sequential": {
      const made = boundaries(frame.design(decision));
      return made.kind === "boundaries" ? operatingAt(made, Math.max(0, shift)).power : undefined;
    }
  }
}

function unitsFor(frame: Settled, effect: number, power: number): number | undefined {
  if (!(distanceOf(frame, effect) > 0)) return undefined;
  return solved((units) => (powerOf(frame, effect, units) ?? 0) - power, 1e-3, unitsMax);
}

function effectFor(frame: Settled, units: number, power: number): number | undefined {
  const { room, margin } = frame;
  const least = margin > 0 ? -margin : 0;
  const scale = standardErrorOf(frame, 0, units);
  const high = Math.min(room, 1e4 * scale + Math.abs(least));
  return findRoot(
    (effect) => (powerOf(frame, effect, units) ?? 0) - power,
    least + 1e-12 * scale,
    high,
    1e-13 * scale,
  );
}

/** From an easy side upwards in steps of ten; then between two of them. */
function solved(excess: (at: number) => number, least: number, most: number): number | undefined {
  let low = least;
  if (excess(low) >= 0) return low;
  for (let high = least * 10; high <= most; high *= 10) {
    if (excess(high) >= 0) return findRoot(excess, low, high);
    low = high;
  }
  return undefined;
}

function finished(request: PlanRequest, frame: Settled, effect: number, exact: number, power: number): Plan {
  const shares = frame.shares;
  const unitsPerVariant = shares.map((share) => Math.ceil(exact * share - 1e-9));
  const units = unitsPerVariant.reduce((sum, one) => sum + one, 0);
  return {
    kind: "planned",
    units,
    unitsPerVariant,
    ...(request.unitsPerDay !== undefined && { days: Math.ceil(units / request.unitsPerDay) }),
    effect: { absolute: effect, ...(frame.mean !== 0 && { relative: effect / Math.abs(frame.mean) }) },
    power,
    alpha: frame.alpha,
    inflation: inflationOf(frame, effect, exact, power),
  };
}

/** Units over those with which one look has the same power. */
function inflationOf(frame: Settled, effect: number, units: number, power: number): number {
  const { alpha, sides, decision } = frame;
  if (decision.kind === "fixed") return 1;
  if (decision.kind === "group_sequential") {
    const made = boundaries(frame.design(decision));
    const cost = made.kind === "boundaries" ? inflationFor(made, alpha, power) : undefined;
    if (cost !== undefined) return cost.inflation;
  }
  const shift = distanceOf(frame, effect) / standardErrorOf(frame, effect, units);
  return (shift / (normalUpperQuantile(alpha / sides) + normalQuantile(power))) ** 2;
}
