import type { Decision } from "../../../protocols/scorecard.ts";

const msPerDay = 86_400_000;
/** A rate from less than this tells little about days. */
const elapsedMsMin = 3_600_000;
/** Further ahead, "when" means "not with this traffic". */
const daysMax = 3_650;

/** When so many units in all are to be expected at the rate so far. */
export function expectedAt(
  units: number,
  basis: NonNullable<Decision["expected"]>["basis"],
  so: { readonly units: number; readonly elapsedMs?: number },
): NonNullable<Decision["expected"]> {
  const rounded = Math.ceil(units);
  if (so.elapsedMs === undefined || so.elapsedMs < elapsedMsMin || so.units === 0)
    return { units: rounded, basis };
  const days = (Math.max(0, units - so.units) / so.units) * (so.elapsedMs / msPerDay);
  return days > daysMax ? { units: rounded, basis } : { units: rounded, days, basis };
}

/** Units in all at which an effect leaves an interval whose half-width is `radius(units)`; undefined when it never does. */
export function unitsToShow(
  effect: number,
  unitsNow: number,
  radius: (units: number) => number,
): number | undefined {
  if (!(Math.abs(effect) > 0)) return undefined;
  let low = unitsNow;
  let high = unitsNow;
  for (let doublings = 0; radius(high) >= Math.abs(effect); doublings++) {
    if (doublings > 40) return undefined; // a million million times as many
    low = high;
    high *= 2;
  }
  while (high - low > 1 && high - low > low * 1e-6) {
    const middle = (low + high) / 2;
    if (radius(middle) >= Math.abs(effect)) low = middle;
    else high = middle;
  }
  return high;
}
