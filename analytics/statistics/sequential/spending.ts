import type { SpendingName } from "../../../protocols/analysis-plan.ts";
import { normalSf, normalUpperQuantile } from "../special/special.ts";

/** How the error is handed out over information. */
export type Spending =
  | { readonly kind: "obrien_fleming" }
  | { readonly kind: "pocock" }
  /** Kim & DeMets 1987: error × t^exponent. */
  | { readonly kind: "power"; readonly exponent: number }
  /** Hwang, Shih & DeCani 1990; gamma 0 spends evenly. */
  | { readonly kind: "hwang_shih_decani"; readonly gamma: number };

/** As analysis plans name it; `parameter` where that kind has one. */
export function spendingOf(name: SpendingName, parameter: number | undefined): Spending {
  switch (name) {
    case "obrien_fleming":
    case "pocock":
      return { kind: name };
    case "kim_demets":
      return { kind: "power", exponent: parameter ?? 2 };
    case "hwang_shih_decani":
      return { kind: name, gamma: parameter ?? -4 };
  }
}

/**
 * The error of one side spent up to information fraction t (Lan & DeMets 1983). It belongs to a side: a two-sided
 * design spends alpha / 2 on each. All of it is spent from t = 1 on, however much further a trial runs.
 */
export function spentBy(spending: Spending, error: number, fraction: number): number {
  if (fraction <= 0) return 0;
  if (fraction >= 1) return error;
  switch (spending.kind) {
    case "obrien_fleming":
      return 2 * normalSf(normalUpperQuantile(error / 2) / Math.sqrt(fraction));
    case "pocock":
      return error * Math.log1p((Math.E - 1) * fraction);
    case "power":
      return error * fraction ** spending.exponent;
    case "hwang_shih_decani":
      return spending.gamma === 0
        ? error * fraction
        : (error * Math.expm1(-spending.gamma * fraction)) / Math.expm1(-spending.gamma);
  }
}
