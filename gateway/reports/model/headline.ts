import { countText } from "../../../protocols/number-text.ts";
import type { Decision } from "../../../protocols/scorecard.ts";

/** The decision in one sentence with its reason. */
export function headlineOf(decision: Decision | undefined): string {
  if (decision === undefined)
    return "No decision: this result has estimates only, as it was made without a decision.";
  return `${callOf(decision)}: ${decision.reason}`;
}

/** In two or three words. */
export function callOf({ kind, variant }: Decision): string {
  switch (kind) {
    case "ship":
      return variant === undefined ? "Ship" : `Ship ${variant}`;
    case "stop":
      return "Stop";
    case "keep_waiting":
      return "Keep waiting";
    case "invalid":
      return "Do not trust this experiment";
  }
}

const bases = {
  observed_effect: "if the effect is as large as it seems now",
  minimum_effect: "if the effect is the smallest one worth finding",
  planned_end: "by plan",
} as const;

/** When a decision is to be expected; undefined when there is one, or nothing can be said. */
export function expectedText({ kind, expected }: Decision): string | undefined {
  if (kind !== "keep_waiting") return undefined;
  if (expected === undefined) return "It cannot be said yet when one is to be expected.";
  const { units, days, basis } = expected;
  const time =
    days === undefined
      ? ""
      : days < 1
        ? ", within a day at the present pace"
        : `, in about ${countText(Math.ceil(days))} ${Math.ceil(days) === 1 ? "day" : "days"} at the present pace`;
  return `A decision is to be expected at about ${countText(units)} units in all${time}, ${bases[basis]}.`;
}
