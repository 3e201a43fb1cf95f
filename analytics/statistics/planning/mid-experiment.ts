import { findRoot, normalSf, normalUpperQuantile } from "../special/special.ts";
import { alwaysValidPower } from "./always-valid-power.ts";

/** An experiment that runs: what it would take to finish it. */
export interface MidExperiment {
  /** The effect one wants to find, in the units of the standard error. */
  readonly effect: number;
  readonly standardError: number;
  readonly units: number;
  readonly alpha: number;
  readonly power: number;
  /** Present: decided by an always-valid interval tuned to so many units. */
  readonly alwaysValid?: { readonly unitsPlanned: number; readonly approximate?: boolean };
}

export type MidExperimentPower =
  /** `growth`: further units needed, as a multiple of those there are. 0: enough already. */
  | {
      readonly kind: "estimated";
      readonly powerNow: number;
      readonly growth: number;
      readonly unitsMore: number;
    }
  | { readonly kind: "out_of_range" }
  | { readonly kind: "out_of_reach"; readonly powerNow: number; readonly growthMax: number };

/** More than a hundred million times today's units is out of reach. */
const growthMax = 2 ** 27;

export function midExperimentPower(state: MidExperiment): MidExperimentPower {
  const { units, alpha, power, standardError } = state;
  const inRange = alpha > 0 && alpha < 1 && power > 0 && power < 1 && standardError > 0 && units > 0;
  if (!inRange || !(Math.abs(state.effect) > 0)) return { kind: "out_of_range" };
  const powerAt = (growth: number): number => powerOf(state, growth);
  const powerNow = powerAt(0);
  if (powerNow >= power) return { kind: "estimated", powerNow, growth: 0, unitsMore: 0 };
  let high = 1;
  while (high < growthMax && powerAt(high) < power) high *= 2;
  const growth = findRoot((at) => powerAt(at) - power, high === 1 ? 0 : high / 2, high);
  if (growth === undefined) return { kind: "out_of_reach", powerNow, growthMax };
  return { kind: "estimated", powerNow, growth, unitsMore: growth * units };
}

function powerOf(
  { effect, standardError, units, alpha, alwaysValid }: MidExperiment,
  growth: number,
): number {
  const then = standardError / Math.sqrt(1 + growth);
  if (alwaysValid !== undefined)
    return alwaysValidPower(effect, then, units * (1 + growth), { alpha, ...alwaysValid }) ?? Number.NaN;
  const [needed, shift] = [normalUpperQuantile(alpha / 2), Math.abs(effect) / then];
  return normalSf(needed - shift) + normalSf(needed + shift);
}
