import { tunedForDefault, type ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Finding, GuardrailBreach } from "../../../protocols/scorecard.ts";
import { alwaysValid } from "./always-valid.ts";
import { isSilent, type Cell } from "./cell.ts";
import { directionOf } from "./roles.ts";

/**
 * Whether a metric is shown to be worse than its guardrail accepts: even the harmless end of the interval of its relative
 * change is. The interval is the always-valid one whatever the plan says, since harm is watched without pause; it takes the
 * control's own error along, and it is this look's, since the effect may move. Each comparison errs with alpha / 2 at most.
 */
export function breachOf(
  { metric, role, answer, comparison }: Cell,
  said: Finding["monitored"],
  plan: ResolvedPlan,
): GuardrailBreach | undefined {
  if (isSilent(answer) || (metric.guardrail === undefined && role !== "guardrail")) return undefined;
  const { maxRelativeChange: limit = plan.guardrailMargin, action = "alert" } = metric.guardrail ?? {};
  const perGroup = Math.min(comparison.n, comparison.nControl);
  const anytime =
    said.kind === "always_valid"
      ? said
      : alwaysValid(answer, perGroup, plan.alpha, tunedForDefault, undefined);
  const monitored = "monitored" in anytime ? anytime.monitored : anytime;
  // Without a control that is told apart from 0, no change is a part of it.
  if (isSilent(monitored) || monitored.relativeInterval === undefined) return undefined;
  const [low, high] = monitored.relativeInterval;
  const bound = directionOf(metric) === 1 ? high : low;
  if (directionOf(metric) * bound >= -limit) return undefined;
  const { control, variant } = answer;
  const estimate = (variant.value - control.value) / Math.abs(control.value);
  return { estimate, bound, limit, action };
}
