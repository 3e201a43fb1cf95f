import { findRoot, normalUpperQuantile } from "../special/special.ts";
import { beforeFirstLook, type Continuation, continueAfter, lowerCrossing } from "./continuation.ts";
import type { Boundaries, Futility, NoDesign } from "./design.ts";
import { lowerBoundary, upperBoundary } from "./solve-boundary.ts";
import { type Spending, spentBy } from "./spending.ts";

interface Try {
  readonly z: readonly number[];
  readonly futilityZ: readonly number[];
  /** ln of the error of the second kind that the last look makes, over the one it should make. */
  readonly excess: number;
}

/** From no effect to one that hardly any look could miss. */
const driftMin = 1e-6;
const driftMax = 40;

/**
 * One-sided boundaries that also stop for futility: the upper one spends alpha, the lower one beta under the drift
 * for which both meet at the last look; that drift is what is solved for.
 */
export function futilityBoundaries(
  spending: Spending,
  times: readonly number[],
  alpha: number,
  futility: Futility,
): Boundaries | NoDesign {
  const spent = times.map((time) => spentBy(spending, alpha, time));
  const attempt = (drift: number): Try => tryDrift(drift, times, spent, futility);
  // About this drift is needed without looks; futility asks for somewhat more.
  const plain =
    (normalUpperQuantile(alpha) + normalUpperQuantile(futility.beta)) / Math.sqrt(times.at(-1) ?? 1);
  let low = Math.max(driftMin, plain * 0.9);
  let high = Math.max(plain * 1.3, low * 1.1);
  while (attempt(low).excess < 0 && low > driftMin) low /= 2;
  while (attempt(high).excess > 0 && high < driftMax) high *= 1.3;
  const drift = findRoot((at) => attempt(at).excess, low, high, 1e-12);
  if (drift === undefined) return { kind: "not_solvable" };
  const { z, futilityZ } = attempt(drift);
  return { kind: "boundaries", times, sides: 1, z, futilityZ, spent, drift };
}

function tryDrift(
  drift: number,
  times: readonly number[],
  spent: readonly number[],
  { spending, beta, binding }: Futility,
): Try {
  const z: number[] = [];
  const futilityZ: number[] = [];
  let [underNone, underDrift]: Continuation[] = [beforeFirstLook, beforeFirstLook];
  const end = times.at(-1) ?? 1;
  for (const [index, time] of times.entries()) {
    const none = underNone ?? beforeFirstLook;
    const drifting = underDrift ?? beforeFirstLook;
    const upper = upperBoundary(none, time, (spent[index] ?? 0) - (spent[index - 1] ?? 0), 0);
    const share =
      spentBy(spending, beta, time / end) - spentBy(spending, beta, (times[index - 1] ?? 0) / end);
    const next = times[index + 1];
    z.push(upper);
    if (next === undefined) {
      futilityZ.push(upper);
      return { z, futilityZ, excess: Math.log(lowerCrossing(drifting, time, upper, drift) / share) };
    }
    const lower = Math.min(upper, lowerBoundary(drifting, time, share, drift));
    futilityZ.push(lower);
    underDrift = continueAfter(drifting, { time, lower, upper }, next, drift);
    const lowerUnderNone = binding ? lower : Number.NEGATIVE_INFINITY;
    underNone = continueAfter(none, { time, lower: lowerUnderNone, upper }, next, 0);
  }
  return { z, futilityZ, excess: Number.NaN };
}
