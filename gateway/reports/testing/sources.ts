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

const estimated = (difference: number, pValue: number) =>
  ({
    kind: "estimated",
    difference,
    standardError: 0.011,
    interval: [difference - 0.0216, difference + 0.0216],
    pValue,
  }) as const;
const group = { n: 10_007, value: 0.4271 };
const depthHead = {
  environment: result.environment,
  metric: "visit",
  alpha: 0.05,
  asOf: result.at,
  rows: 40_000,
  method: "Difference in differences.",
  assumptions: [],
  took: { readMs: 1, computeMs: 1 },
};

/** With one pair that has an answer, and one that has none. */
export const depth: NonNullable<Report["depth"]> = {
  interactions: present({
    ...depthHead,
    kind: "interactions",
    experiment: "exp",
    phase: 1,
    pairs: [
      {
        experiment: hostile,
        phase: 1,
        units: 40_028,
        cells: [
          {
            variant: "mail",
            otherVariant: hostile,
            groups: { cc: group, ct: group, tc: group, tt: group },
            estimate: { ...estimated(-0.0312, 0.0047), adjustedPValue: 0.0094 },
            independence: 1e-6,
          },
        ],
      },
      {
        experiment: "price",
        phase: 1,
        units: 0,
        cells: [],
        reason: { kind: "no_answer", code: "exclusive_layer", reason: "a layer keeps their units apart" },
      },
    ],
    leftOut: 3,
    comparisons: 2,
  }),
  triggered: present({
    ...depthHead,
    kind: "triggered",
    experiment: "exp",
    phase: 1,
    exposed: 20_014,
    dealt: 20_014,
    comparisons: [
      {
        variant: "mail",
        groups: {
          control: { triggered: group, others: { n: 9_999, value: 0.1 } },
          variant: { triggered: group, others: { n: 0 } },
        },
        triggered: estimated(0.0613, 0.0002),
        others: estimated(0.0011, 0.9213),
        rate: { kind: "no_answer", code: "no_variance", reason: "values do not vary" },
        diluted: { ...estimated(0.0307, 0.0003), share: 0.5003 },
        all: estimated(0.0333, 0.0041),
        doubts: ["a doubt"],
      },
    ],
  }),
};

/** With every part there. */
export const fullReport = (of = result): Report =>
  reportOf({
    result: of,
    timeline: present(points),
    breakdowns: present([breakdown]),
    distributions,
    depth,
    queries: present([{ metric: "visit", sql: "SELECT '`````' AS visit -- </pre><b>" }]),
    positions: present([{ partition: 0, folded: 4_321 }]),
    at: result.at,
  });
