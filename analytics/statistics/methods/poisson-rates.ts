import { type AlphaOutOfRange, alphaOutOfRange } from "../effect.ts";
import { betaQuantile } from "../special/special.ts";
import { binomialTwoSided } from "./exact-tails.ts";

/** Events counted over an exposure (unit-days, page views, hours). */
export interface EventCount {
  readonly events: number;
  readonly exposure: number;
}

export interface RateComparison {
  readonly kind: "tested";
  readonly rateControl: number;
  readonly rateVariant: number;
  /** rateVariant / rateControl, and Clopper and Pearson's interval carried over; Infinity is an end there can be. */
  readonly ratio: number;
  readonly interval: readonly [number, number];
  readonly pValue: number;
}

export type RateSilence =
  | { readonly kind: "no_events" }
  | { readonly kind: "no_exposure" }
  | { readonly kind: "impossible_counts" };

/**
 * Two Poisson rates, exactly: given their sum, the variant's events are binomial with its share of the exposure
 * (Przyborowski and Wilenski 1940). Right at any number of events, if events come independently.
 */
export function compareRates(
  control: EventCount,
  variant: EventCount,
  alpha: number,
): RateComparison | RateSilence | AlphaOutOfRange {
  const wrong = alphaOutOfRange(alpha) ?? impossible(control) ?? impossible(variant);
  if (wrong !== undefined) return wrong;
  const events = control.events + variant.events;
  if (events === 0) return { kind: "no_events" };
  const share = variant.exposure / (control.exposure + variant.exposure);
  const rateControl = control.events / control.exposure;
  const rateVariant = variant.events / variant.exposure;
  const odds = control.exposure / variant.exposure;
  // (share of events) / (1 − it), from each of the two tails, so that neither end loses digits.
  const low = variant.events === 0 ? 0 : betaQuantile(alpha / 2, variant.events, control.events + 1);
  const high = control.events === 0 ? 0 : betaQuantile(alpha / 2, control.events, variant.events + 1);
  return {
    kind: "tested",
    rateControl,
    rateVariant,
    ratio: rateControl === 0 ? Number.POSITIVE_INFINITY : rateVariant / rateControl,
    interval: [odds * (low / (1 - low)), high === 0 ? Number.POSITIVE_INFINITY : odds * ((1 - high) / high)],
    pValue: Math.max(Number.MIN_VALUE, binomialTwoSided(variant.events, events, share)),
  };
}

function impossible({ events, exposure }: EventCount): RateSilence | undefined {
  if (!(exposure > 0 && Number.isFinite(exposure))) return { kind: "no_exposure" };
  return Number.isInteger(events) && events >= 0 ? undefined : { kind: "impossible_counts" };
}
