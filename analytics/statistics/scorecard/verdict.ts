import type { Adjusted, Finding, Verdict } from "../../../protocols/scorecard.ts";
import type { Answer } from "./answer.ts";
import { intervalOf } from "./guardrail.ts";

/** The p-value that a comparison may be acted upon with, at this moment; undefined while there is none. */
export function pValueOf(monitored: Finding["monitored"]): number | undefined {
  switch (monitored.kind) {
    case "always_valid":
    case "group_sequential":
      return monitored.pValue;
    case "fixed":
      return monitored.isFinal ? monitored.pValue : undefined;
    case "no_answer":
      return undefined;
  }
}

/**
 * Of a guardrail its own interval decides, since nobody picks the best of several guardrails; elsewhere the adjusted p-value.
 */
export function verdictOf(
  { difference }: Answer,
  direction: 1 | -1,
  monitored: Finding["monitored"],
  adjusted: Adjusted | undefined,
): Verdict {
  const toward = direction * difference > 0 ? "better" : "worse";
  if (adjusted !== undefined) return adjusted.isSignificant ? toward : "undecided";
  const interval = intervalOf(monitored);
  if (interval === undefined || (interval[0] <= 0 && interval[1] >= 0)) return "undecided";
  return toward;
}
