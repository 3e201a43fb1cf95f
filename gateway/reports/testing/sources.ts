import type { Breakdown } from "../../../protocols/breakdown.ts";
import type { Report } from "../../../protocols/report.ts";
import { present, reportOf } from "../model/report.ts";
import { comparisons, hostile, points, result } from "./result.ts";

export const breakdown: Breakdown = {
  dimension: "country",
  segments: ["CH", hostile].map((value, index) => ({
    value,
    units: 20_001 + index,
    effects: comparisons
      .slice(0, 1)
      .map((comparison) => ({ ...comparison, adjustedPValue: 0.0246 + index / 100 })),
  })),
  heterogeneity: [
    {
      variant: "mail",
      metric: "visit",
      answer: { kind: "tested", q: 1.234, degreesOfFreedom: 1, pValue: 0.2666, iSquared: 0.19 },
    },
  ],
  multiplicity: "Adjusted p-values are Holm's, over the 2 values of country.",
};

/** With every part there. */
export const fullReport = (of = result): Report =>
  reportOf({
    result: of,
    timeline: present(points),
    breakdowns: present([breakdown]),
    queries: present([{ metric: "visit", sql: "SELECT '`````' AS visit -- </pre><b>" }]),
    positions: present([{ partition: 0, folded: 4_321 }]),
    at: result.at,
  });
