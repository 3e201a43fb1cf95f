import type { Uncertain } from "../effect.ts";

export type LogLift =
  | { readonly kind: "interval"; readonly interval: readonly [number, number] }
  | { readonly kind: "not_positive" };

/**
 * variant / control − 1 with the interval made on the scale of logarithms: never below −1, and longer upwards. For
 * positive means only.
 */
export function logLift(control: Uncertain, variant: Uncertain, critical: number): LogLift {
  if (!(control.value > 0 && variant.value > 0)) return { kind: "not_positive" };
  const centre = Math.log(variant.value / control.value);
  const reach =
    critical *
    Math.hypot(Math.sqrt(variant.variance) / variant.value, Math.sqrt(control.variance) / control.value);
  return { kind: "interval", interval: [Math.expm1(centre - reach), Math.expm1(centre + reach)] };
}
