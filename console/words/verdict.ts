import type { Metric } from "../../protocols/metric.ts";
import type { Comparison, Estimate } from "../../protocols/results.ts";
import type { Finding } from "../../protocols/scorecard.ts";

/** What a comparison says at this moment: grey unless its plan allows to say more. */
export type Verdict = "gain" | "harm" | "unclear";

const verdictNow: Record<Finding["verdict"], Verdict> = {
  better: "gain",
  worse: "harm",
  undecided: "unclear",
  no_answer: "unclear",
};

/** Colour is never alone: a glyph and a word stand beside it. */
export const verdictWords: Record<Verdict, { readonly glyph: string; readonly word: string }> = {
  gain: { glyph: "▲", word: "Gain" },
  harm: { glyph: "▼", word: "Harm" },
  unclear: { glyph: "◆", word: "Unclear" },
};

export function verdictOf(
  { estimate, finding }: Pick<Comparison, "estimate" | "finding">,
  direction: Metric["direction"],
): Verdict {
  if (finding !== undefined) return verdictNow[finding.verdict];
  if (estimate.kind !== "estimated") return "unclear";
  const [low, high] = estimate.interval;
  if (low <= 0 && high >= 0) return "unclear";
  return low > 0 === (direction === "increase") ? "gain" : "harm";
}

/** Why there is no interval; undefined when there is one. */
export function silenceText(estimate: Estimate): string | undefined {
  switch (estimate.kind) {
    case "estimated":
      return undefined;
    case "too_few_units":
      return `Waiting for people: ${estimate.units} of at least ${estimate.unitsMin}`;
    case "no_variance":
      return "Everybody has the same value so far";
    case "zero_denominator":
      return "Nothing to divide by yet";
    case "needs_rows":
      return "Percentiles are computed from the stored events";
  }
}

/** What a whole experiment says: a verdict, or that its numbers must not be read, or that there are none. */
export type Standing = Verdict | "hold" | "idle";

export const standingGlyphs: Record<Standing, string> = {
  gain: "▲",
  harm: "▼",
  unclear: "◆",
  hold: "!",
  idle: "○",
};
