import type { Experiment } from "../../../protocols/experiment.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type { MetricRole } from "../../../protocols/scorecard.ts";

/** What the experiment named a metric for; a metric that is no guardrail of it by name may still be one by its own word. */
export function roleOf({ metrics }: Pick<Experiment, "metrics">, key: Metric["key"]): MetricRole {
  if (metrics.primary === key) return "primary";
  return metrics.guardrails.includes(key) ? "guardrail" : "secondary";
}

/** 1 when more is better, −1 when less is. */
export const directionOf = ({ direction }: Pick<Metric, "direction">): 1 | -1 =>
  direction === "increase" ? 1 : -1;
