import { quantileOf, sorted } from "../methods/order-statistics.ts";

export type Cap =
  | { readonly kind: "capped"; readonly cap: number; readonly values: Float64Array; readonly changed: number }
  | { readonly kind: "no_units" }
  | { readonly kind: "share_out_of_range"; readonly share: number };

/**
 * Values above the quantile at `share` become it. To be given the values of both arms together: a cap of each arm's own
 * would hide a difference in their tails.
 */
export function capAtQuantile(values: ArrayLike<number>, share: number): Cap {
  if (!(share > 0 && share < 1)) return { kind: "share_out_of_range", share };
  if (values.length === 0) return { kind: "no_units" };
  return capAt(values, quantileOf(sorted(values), share));
}

/** min(value, cap). */
export function capAt(values: ArrayLike<number>, cap: number): Extract<Cap, { kind: "capped" }> {
  let changed = 0;
  const capped = Float64Array.from(values, (value) => {
    if (value <= cap) return value;
    changed += 1;
    return cap;
  });
  return { kind: "capped", cap, values: capped, changed };
}

/** The ⌊n low⌋ smallest values become the next larger one, and the ⌊n high⌋ largest the next smaller one. */
export function winsoriseByCount(
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
): Float64Array | Extract<Cap, { kind: "share_out_of_range" | "no_units" }> {
  if (!(low >= 0 && high >= 0 && low + high < 1)) return { kind: "share_out_of_range", share: low + high };
  if (values.length === 0) return { kind: "no_units" };
  const ascending = sorted(values);
  const least = ascending[Math.floor(values.length * low)] ?? 0;
  const most = ascending[values.length - 1 - Math.floor(values.length * high)] ?? 0;
  return Float64Array.from(values, (value) => Math.min(most, Math.max(least, value)));
}
