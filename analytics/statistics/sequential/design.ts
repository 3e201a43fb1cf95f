import type { Spending } from "./spending.ts";

/** The form of the boundary: exact families with one constant, or an error spending function. */
export type Shape =
  | { readonly kind: "pocock" }
  | { readonly kind: "obrien_fleming" }
  /** z = C t^(delta − 1/2): 0 is O'Brien and Fleming's, 1/2 Pocock's. */
  | { readonly kind: "wang_tsiatis"; readonly delta: number }
  /** A fixed z at each interim look, the rest at the last. */
  | { readonly kind: "haybittle_peto"; readonly interimZ: number }
  | { readonly kind: "spending"; readonly spending: Spending };

/** Stopping for futility: a lower boundary that spends the error of the second kind. One-sided designs only. */
export interface Futility {
  readonly spending: Spending;
  readonly beta: number;
  /** Binding: stopping there is obligatory, and the upper boundary relies on it. */
  readonly binding: boolean;
}

export interface GroupSequentialDesign {
  readonly shape: Shape;
  /** Information at each look as a share of the planned whole, ascending. */
  readonly times: readonly number[];
  /** Of the whole test: half of it a side when there are two. */
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly futility?: Futility;
  /**
   * How looks depend on each other. independent: each adds units to those before, whose values stay (the textbook's case).
   * any: values of units that were there may change as well; what each look spends is then bounded by itself, which holds
   * whatever the dependence (Bonferroni over looks). Spending designs without futility only. Default: independent.
   */
  readonly increments?: "independent" | "any";
}

/** Why there are no boundaries. */
export type NoDesign =
  | { readonly kind: "alpha_out_of_range" }
  | { readonly kind: "beta_out_of_range" }
  | { readonly kind: "power_out_of_range" }
  | { readonly kind: "parameter_out_of_range" }
  | { readonly kind: "no_looks" }
  | { readonly kind: "too_many_looks"; readonly looks: number; readonly looksMax: number }
  | { readonly kind: "looks_not_increasing" }
  | { readonly kind: "looks_too_close"; readonly shareMin: number }
  | { readonly kind: "interim_looks_spend_all" }
  | { readonly kind: "futility_needs_one_side" }
  | { readonly kind: "futility_needs_spending" }
  | { readonly kind: "increments_need_spending" }
  | { readonly kind: "not_solvable" };

/** Daily looks for more than a quarter; 100 looks cost some tenths of a second once. */
export const looksMax = 100;
/** Two looks nearer than this share of the information are one look. */
const shareMin = 1e-6;

/** What is wrong with a design, before anything is computed. */
export function faultOf(design: GroupSequentialDesign): NoDesign | undefined {
  const { shape, times, alpha, sides, futility } = design;
  if (design.increments === "any" && (shape.kind !== "spending" || futility !== undefined))
    return { kind: "increments_need_spending" };
  if (!(alpha > 0 && alpha < (sides === 2 ? 1 : 0.5))) return { kind: "alpha_out_of_range" };
  if (!parametersHold(shape)) return { kind: "parameter_out_of_range" };
  if (futility !== undefined) {
    if (!(futility.beta > 0 && futility.beta < 1 - alpha)) return { kind: "beta_out_of_range" };
    if (!spendingHolds(futility.spending)) return { kind: "parameter_out_of_range" };
    if (sides !== 1) return { kind: "futility_needs_one_side" };
    if (shape.kind !== "spending") return { kind: "futility_needs_spending" };
  }
  return faultOfTimes(times);
}

export function faultOfTimes(times: readonly number[]): NoDesign | undefined {
  if (times.length === 0) return { kind: "no_looks" };
  if (times.length > looksMax) return { kind: "too_many_looks", looks: times.length, looksMax };
  let before = 0;
  for (const time of times) {
    if (!(time > before && Number.isFinite(time))) return { kind: "looks_not_increasing" };
    if (time - before < shareMin * (times.at(-1) ?? 1)) return { kind: "looks_too_close", shareMin };
    before = time;
  }
  return undefined;
}

function parametersHold(shape: Shape): boolean {
  if (shape.kind === "wang_tsiatis") return Math.abs(shape.delta) <= 5;
  if (shape.kind === "haybittle_peto") return shape.interimZ > 0 && Number.isFinite(shape.interimZ);
  return shape.kind !== "spending" || spendingHolds(shape.spending);
}

function spendingHolds(spending: Spending): boolean {
  if (spending.kind === "power") return spending.exponent > 0 && Number.isFinite(spending.exponent);
  return spending.kind !== "hwang_shih_decani" || Math.abs(spending.gamma) <= 700;
}

/** What a design comes to: where to stop at each look. */
export interface Boundaries {
  readonly kind: "boundaries";
  readonly times: readonly number[];
  readonly sides: 1 | 2;
  /** Reject at Z ≥ this (two-sided: at |Z| ≥ this). Infinity: nothing was to be spent at that look. */
  readonly z: readonly number[];
  /** Stop for futility at Z ≤ this; −Infinity: not at that look. Absent without futility. */
  readonly futilityZ?: readonly number[];
  /** Error of the first kind spent up to each look, both sides together. */
  readonly spent: readonly number[];
  /** The C of an exact family. */
  readonly constant?: number;
  /** The drift that a design with futility is planned for. */
  readonly drift?: number;
}
