import type { Breakdown } from "../../../protocols/breakdown.ts";
import type { Report } from "../../../protocols/report.ts";
import { absent, present, reportOf } from "../model/report.ts";
import { even, silent, skewed } from "./distributions.ts";
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

/** Of spend most is 0; of ctr one variant has no values; latency is still under way. */
export const distributions: Report["distributions"] = present([
  {
    metric: "spend",
    role: "secondary",
    values: present({ asOf: result.at, variants: ["mail", "control"].map(skewed) }),
  },
  {
    metric: "ctr",
    role: "secondary",
    values: present({ asOf: result.at, variants: [even("control"), silent] }),
  },
  { metric: "latency", role: "guardrail", values: absent("it is being computed") },
]);

/** With every part there. */
export const fullReport = (of = result): Report =>
  reportOf({
    result: of,
    timeline: present(points),
    breakdowns: present([breakdown]),
    distributions,
    queries: present([{ metric: "visit", sql: "SELECT '`````' AS visit -- </pre><b>" }]),
    positions: present([{ partition: 0, folded: 4_321 }]),
    at: result.at,
  });
