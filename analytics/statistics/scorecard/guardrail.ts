import type { Metric } from "../../../protocols/metric.ts";
import type { GuardrailAnswer, Monitored, NoAnswer } from "../../../protocols/scorecard.ts";
import { studentSf } from "../special/special.ts";
import { oneSided } from "../effect.ts";
import type { Answer } from "./answer.ts";
import { directionOf } from "./roles.ts";

/**
 * Non-inferiority with the plan's own interval. Holds: even the bad end of the interval is no worse than the margin.
 * Violated: the whole interval is harm, and some of it beyond the margin. Otherwise nothing is shown yet.
 */
export function guardrailAnswer(
  metric: Metric,
  answer: Answer,
  monitored: Monitored,
  marginDefault: number,
): GuardrailAnswer | NoAnswer {
  const relativeMargin = metric.guardrail?.maxRelativeChange ?? marginDefault;
  const baseline = Math.abs(answer.control.value);
  if (baseline === 0)
    return {
      kind: "no_answer",
      code: "zero_baseline",
      reason: "the control's mean is 0, and the margin is a part of it",
    };
  const margin = relativeMargin * baseline;
  const direction = directionOf(metric);
  const benefit = direction * answer.difference;
  const statistic = (benefit + margin) / answer.standardError;
  return {
    kind: verdictOf(intervalOf(monitored), direction, margin),
    margin,
    relativeMargin,
    pValue: oneSided(studentSf(statistic, answer.degreesOfFreedom)),
    action: metric.guardrail?.action ?? "alert",
  };
}

function verdictOf(
  interval: readonly [number, number] | undefined,
  direction: 1 | -1,
  margin: number,
): GuardrailAnswer["kind"] {
  if (interval === undefined) return "undecided";
  const [worst, best] = direction === 1 ? interval : [-interval[1], -interval[0]];
  if (worst >= -margin) return "holds";
  return best < 0 ? "violated" : "undecided";
}

/**
 * The interval that may be acted upon at this moment. Of an always-valid plan it is this look's, not the common part of all:
 * while outcomes still follow their exposures the effect itself moves, and each look's interval holds the effect of its time.
 */
export function intervalOf(monitored: Monitored): readonly [number, number] | undefined {
  switch (monitored.kind) {
    case "always_valid":
      return monitored.interval;
    case "group_sequential":
      return monitored.interval;
    case "fixed":
      return monitored.isFinal ? monitored.interval : undefined;
    case "no_answer":
      return undefined;
  }
}
