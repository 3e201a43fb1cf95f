import type { Correction } from "../../../protocols/analysis-plan.ts";
import type { ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Adjusted, Finding, MetricRole } from "../../../protocols/scorecard.ts";
import { adjust } from "../multiplicity/adjust.ts";
import { rejectedByEvidence } from "../multiplicity/levels.ts";
import type { Cell } from "./cell.ts";
import { pValueOf } from "./verdict.ts";

// Families of comparisons, within which the chance of a false finding is kept. The primary metric over the variants is one,
// the secondary metrics over the variants another; guardrails are none: each must hold by itself, which only makes it harder
// to ship.

export const familyOf = (role: MetricRole): Adjusted["family"] | undefined =>
  role === "guardrail" ? undefined : role;

/** Into how many parts a cell's alpha is split where boundaries are planned ahead. */
export function familySize({ role }: Cell, cells: readonly Cell[], { correction }: ResolvedPlan): number {
  const family = familyOf(role);
  return family === undefined || correction === "none"
    ? 1
    : cells.filter((cell) => familyOf(cell.role) === family).length;
}

export function adjustedIn(
  cells: readonly Cell[],
  said: readonly { readonly monitored: Finding["monitored"] }[],
  plan: ResolvedPlan,
): ReadonlyMap<string, Adjusted> {
  const found = new Map<string, Adjusted>();
  for (const family of ["primary", "secondary"] as const) {
    const members = cells.flatMap((cell, index) => {
      const monitored = said[index]?.monitored;
      const pValue = monitored === undefined ? undefined : pValueOf(monitored);
      return familyOf(cell.role) === family && monitored !== undefined && pValue !== undefined
        ? [{ name: cell.name, monitored, pValue }]
        : [];
    });
    // Those without an answer yet count as well: what they will say may not be known to be harmless.
    const comparisons = cells.filter(({ role }) => familyOf(role) === family).length;
    const missing = Array.from({ length: comparisons - members.length }, () => 1);
    const method = methodFor(plan);
    const pValues = [...members.map(({ pValue }) => pValue), ...missing];
    const adjusted =
      method === "e_benjamini_hochberg" || method === "none" ? undefined : adjust(pValues, method);
    const rejected =
      method === "e_benjamini_hochberg"
        ? new Set(
            rejectedByEvidence(
              [...members.map(({ monitored }) => evidence(monitored)), ...missing.map(() => 0)],
              plan.alpha,
            ),
          )
        : undefined;
    for (const [index, { name, pValue }] of members.entries()) {
      const own = adjusted?.[index] ?? pValue;
      found.set(name, {
        method,
        family,
        comparisons,
        pValue: own,
        isSignificant: rejected?.has(index) ?? own <= plan.alpha,
      });
    }
  }
  return found;
}

/** Planned looks split alpha beforehand, which is Bonferroni's way; e-values are those of always-valid answers only. */
function methodFor({ correction, monitoring }: ResolvedPlan): Correction {
  if (correction === "none") return correction;
  if (monitoring.kind === "group_sequential") return "bonferroni";
  return correction === "e_benjamini_hochberg" && monitoring.kind === "fixed"
    ? "benjamini_hochberg"
    : correction;
}

const evidence = (monitored: Finding["monitored"]): number =>
  monitored.kind === "always_valid" ? monitored.eValue : 0;
