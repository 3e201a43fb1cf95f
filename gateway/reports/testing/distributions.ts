import type { Distribution } from "../../../protocols/row-answers.ts";

// Values of single units as analytics gives them.

const edges = Array.from({ length: 41 }, (_, index) => index * 12.5);
const percents = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/** As of revenue: most units have nothing. */
export function skewed(variant: string, index: number): Distribution {
  const counts = edges
    .slice(1)
    .map((_, bar) => (bar === 0 ? 9_585 + index * 11 : 29 - ((bar + index * 5) % 13)));
  const [below, above] = [0, 7];
  const n = counts.reduce((sum, count) => sum + count, below + above);
  const values = [0, 0, 0, 0, 0, 0, 7.654, 101.234, 404.5 + index];
  return {
    kind: "distribution",
    variant,
    n,
    least: 0,
    most: 812.25,
    mean: 17.27 + index,
    quantiles: percents.map((percent, place) => ({ percent, value: values[place] ?? 0 })),
    edges,
    counts,
    below,
    above,
  };
}

/** As of a share of clicks: a hill. */
export const even = (variant: string): Distribution => ({
  kind: "distribution",
  variant,
  n: 1_000,
  least: 0,
  most: 0.9,
  mean: 0.31,
  quantiles: percents.map((percent) => ({ percent, value: percent / 120 })),
  edges: [0, 0.25, 0.5, 0.75],
  counts: [300, 500, 196],
  below: 0,
  above: 4,
});

export const silent = {
  kind: "no_answer",
  variant: "mail",
  code: "no_units",
  reason: "no unit has a value",
} as const;
