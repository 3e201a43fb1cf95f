import type { Uncertain } from "../effect.ts";

/** All lifts that the data do not reject, or why they are no interval. */
export type FiellerLift =
  | { readonly kind: "interval"; readonly g: number; readonly interval: readonly [number, number] }
  | {
      /** The baseline is not distinguishable from 0 at this level (g ≥ 1): no lift is too large. */
      readonly kind: "unbounded";
      readonly g: number;
      /** The lifts strictly between these two are rejected; absent when none is. */
      readonly rejected?: readonly [number, number];
    }
  | { readonly kind: "zero_baseline" };

/**
 * (variant − control) / |control| by Fieller's theorem: the lifts L for which variant − (1 + L) control is within
 * `critical` standard errors of 0. Exact for normal means, also where the delta method is not.
 */
export function fiellerLift(control: Uncertain, variant: Uncertain, critical: number): FiellerLift {
  if (control.value === 0) return { kind: "zero_baseline" };
  const baseline = Math.abs(control.value);
  const sign = Math.sign(control.value);
  const ratio = variant.value / control.value;
  const g = (critical / baseline) ** 2 * control.variance;
  const reach = (critical / baseline) * Math.sqrt(variant.variance * (1 - g) + ratio ** 2 * control.variance);
  // With a negative baseline a larger ratio is a smaller lift.
  const liftOf = (of: number): number => sign * (of - 1);
  const ends = [liftOf((ratio - reach) / (1 - g)), liftOf((ratio + reach) / (1 - g))] as const;
  const ordered = ends[0] <= ends[1] ? ends : ([ends[1], ends[0]] as const);
  if (g < 1) return { kind: "interval", g, interval: ordered };
  return Number.isFinite(ordered[0]) && Number.isFinite(ordered[1])
    ? { kind: "unbounded", g, rejected: ordered }
    : { kind: "unbounded", g };
}
