import { findRoot, normalUpperQuantile } from "../special/special.ts";
import { beforeFirstLook, type Continuation, continueAfter, type Region } from "./continuation.ts";
import { crossing, cumulative, total } from "./crossing.ts";
import { type Boundaries, faultOf, type GroupSequentialDesign, type NoDesign, type Shape } from "./design.ts";
import { futilityBoundaries } from "./futility.ts";
import { upperBoundary } from "./solve-boundary.ts";
import { type Spending, spentBy } from "./spending.ts";

/** Boundaries are asked for at every look of every metric, and designs are few. */
const known = new Map<string, Boundaries | NoDesign>();
const knownMax = 500;

/** The boundaries of a design, computed once. */
export function boundaries(design: GroupSequentialDesign): Boundaries | NoDesign {
  const key = JSON.stringify(design);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = boundariesOf(design);
  if (known.size >= knownMax) known.delete(known.keys().next().value ?? "");
  known.set(key, made);
  return made;
}

/** The same, without keeping it: for a search over designs. */
export function boundariesOf(design: GroupSequentialDesign): Boundaries | NoDesign {
  const fault = faultOf(design);
  if (fault !== undefined) return fault;
  const { shape, times, alpha, sides, futility } = design;
  if (shape.kind === "spending")
    return futility === undefined
      ? bySpending(shape.spending, design)
      : futilityBoundaries(shape.spending, times, alpha, futility);
  return shape.kind === "haybittle_peto"
    ? haybittlePeto(shape.interimZ, times, alpha, sides)
    : exact(shape, times, alpha, sides);
}

function bySpending(
  spending: Spending,
  { times, alpha, sides, increments }: GroupSequentialDesign,
): Boundaries {
  const spent = times.map((time) => spentBy(spending, alpha / sides, time));
  return {
    kind: "boundaries",
    times,
    sides,
    z: increments === "any" ? separateBoundary(spent) : spendingBoundary(times, spent, sides),
    spent: spent.map((side) => side * sides),
  };
}

/** Each look by itself, with what is its own to spend: by Boole's inequality no dependence makes the error larger. */
const separateBoundary = (spent: readonly number[]): number[] =>
  spent.map((upTo, index) => {
    const own = upTo - (spent[index - 1] ?? 0);
    return own > 0 ? normalUpperQuantile(own) : Number.POSITIVE_INFINITY;
  });

/** The z of each look for given cumulative errors of one side. */
export function spendingBoundary(times: readonly number[], spent: readonly number[], sides: 1 | 2): number[] {
  const z: number[] = [];
  let paths: Continuation = beforeFirstLook;
  for (const [index, time] of times.entries()) {
    const bound = upperBoundary(paths, time, (spent[index] ?? 0) - (spent[index - 1] ?? 0), 0);
    z.push(bound);
    const next = times[index + 1];
    if (next !== undefined) paths = continueAfter(paths, regionOf(time, bound, sides), next, 0);
  }
  return z;
}

const regionOf = (time: number, upper: number, sides: 1 | 2): Region => ({
  time,
  lower: sides === 2 ? -upper : Number.NEGATIVE_INFINITY,
  upper,
});

/** One constant makes the whole error come out. */
function exact(
  shape: Exclude<Shape, { kind: "spending" | "haybittle_peto" }>,
  times: readonly number[],
  alpha: number,
  sides: 1 | 2,
): Boundaries | NoDesign {
  const end = times.at(-1) ?? 1;
  const delta = shape.kind === "pocock" ? 0.5 : shape.kind === "obrien_fleming" ? 0 : shape.delta;
  const weights = times.map((time) => (time / end) ** (delta - 0.5));
  const zOf = (constant: number): number[] => weights.map((weight) => constant * weight);
  const constant = scaleFor((c) => totalError(times, zOf(c), sides), alpha, sides, times.length);
  if (constant === undefined) return { kind: "not_solvable" };
  return { ...finished(times, zOf(constant), sides), constant };
}

function haybittlePeto(
  interimZ: number,
  times: readonly number[],
  alpha: number,
  sides: 1 | 2,
): Boundaries | NoDesign {
  const interim = times.slice(0, -1).map((time) => regionOf(time, interimZ, sides));
  const spentBefore = total(crossing(interim, 0).upper);
  const last = alpha / sides - spentBefore;
  if (!(last > 0)) return { kind: "interim_looks_spend_all" };
  const end = times.at(-1) ?? 1;
  let paths: Continuation = beforeFirstLook;
  for (const [index, region] of interim.entries())
    paths = continueAfter(paths, region, times[index + 1] ?? end, 0);
  return finished(times, [...interim.map(({ upper }) => upper), upperBoundary(paths, end, last, 0)], sides);
}

function finished(times: readonly number[], z: readonly number[], sides: 1 | 2): Boundaries {
  const regions = times.map((time, index) => regionOf(time, z[index] ?? 0, sides));
  const spent = cumulative(crossing(regions, 0).upper).map((side) => side * sides);
  return { kind: "boundaries", times, sides, z, spent };
}

/** Under no effect both sides of a symmetric boundary are crossed alike. */
function totalError(times: readonly number[], z: readonly number[], sides: 1 | 2): number {
  const regions = times.map((time, index) => regionOf(time, z[index] ?? 0, sides));
  return sides * total(crossing(regions, 0).upper);
}

function scaleFor(
  errorOf: (constant: number) => number,
  alpha: number,
  sides: 1 | 2,
  looks: number,
): number | undefined {
  // One look's critical value is too low; that of Bonferroni's correction too high unless early looks are favoured.
  const low = normalUpperQuantile(alpha / sides);
  let high = normalUpperQuantile(alpha / sides / looks) + 1e-9;
  for (let step = 0; step < 60 && errorOf(high) > alpha; step++) high *= 1.5;
  return findRoot((constant) => Math.log(errorOf(constant) / alpha), low * (1 - 1e-12), high, 1e-13);
}

/** The stopping regions of boundaries, for crossing probabilities under any drift. */
export function regionsOf({ times, sides, z, futilityZ }: Boundaries): Region[] {
  return times.map((time, index) => {
    const upper = z[index] ?? Number.POSITIVE_INFINITY;
    if (futilityZ !== undefined) return { time, lower: futilityZ[index] ?? upper, upper };
    return regionOf(time, upper, sides);
  });
}
