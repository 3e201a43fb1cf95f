import type { ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Decision } from "../../../protocols/scorecard.ts";
import { normalQuantile } from "../special/special.ts";
import { radiusAt } from "./always-valid.ts";
import type { Answer } from "./answer.ts";
import { expectedAt, unitsToShow } from "./expected.ts";
import { tunedFor } from "./cell.ts";

/**
 * When the primary metric's answer is to be expected. With an always-valid plan: when the interval will have left 0, with
 * the plan's power, if the effect is what it looks like now, or the smallest one worth finding where it looks smaller.
 */
export function expectedDecision(
  answers: readonly Answer[],
  plan: ResolvedPlan,
  alpha: number,
  so: { readonly units: number; readonly elapsedMs?: number },
): Decision["expected"] {
  const { monitoring, minimumEffect, power } = plan;
  if (monitoring.kind !== "always_valid")
    return monitoring.units === undefined ? undefined : expectedAt(monitoring.units, "planned_end", so);
  const zPower = normalQuantile(power);
  const times = answers.flatMap((answer) => {
    const least = minimumEffect * Math.abs(answer.control.value);
    const isLarger = Math.abs(answer.difference) >= least;
    const effect = isLarger ? answer.difference : least;
    const reach = (units: number): number =>
      radiusAt(answer, units, alpha, tunedFor(monitoring)) +
      zPower * answer.standardError * Math.sqrt(answer.units / units);
    const units = unitsToShow(effect, answer.units, reach);
    if (units === undefined) return [];
    const basis = isLarger ? ("observed_effect" as const) : ("minimum_effect" as const);
    // Of two of the variants, in units of all.
    return [{ units: (units / answer.units) * so.units, basis }];
  });
  const [first] = times.sort((a, b) => a.units - b.units);
  return first === undefined ? undefined : expectedAt(first.units, first.basis, so);
}
