import type { Metric } from "../../protocols/metric.ts";
import type { Estimate } from "../../protocols/results.ts";

/** What an interval says of one metric: grey unless the whole interval lies on one side of zero. */
export type Verdict = "gain" | "harm" | "unclear";

/** Colour is never alone: a glyph and a word stand beside it. */
export const verdictWords: Record<Verdict, { readonly glyph: string; readonly word: string }> = {
  gain: { glyph: "▲", word: "Gain" },
  harm: { glyph: "▼", word: "Harm" },
  unclear: { glyph: "◆", word: "Unclear" },
};

export function verdictOf(estimate: Estimate, direction: Metric["direction"]): Verdict {
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
