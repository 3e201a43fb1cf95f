import assert from "node:assert/strict";
import { test } from "node:test";
import { Experiment } from "../../protocols/experiment.ts";
import { Metric } from "../../protocols/metric.ts";
import type { BreakdownRequest } from "../../protocols/breakdown.ts";
import type { DimensionSummary } from "../../protocols/results.ts";
import { breakdown } from "./breakdown.ts";

const metrics = [
  Metric.parse({ key: "buy", definition: { type: "binary", event: "buy" } }),
  Metric.parse({ key: "p90", definition: { type: "percentile", event: "page", percentile: 90 } }),
];
const experiment = {
  ...Experiment.parse({
    key: "exp",
    flag: "exp",
    variants: ["a", "b"].map((key) => ({ key, variation: key, weight: 5_000 })),
    control: "a",
    metrics: { primary: "buy", secondary: ["p90"] },
    dimensions: ["country"],
  }),
  status: "running" as const,
  phase: 1,
};

const valueOf = (value: string, a: [number, number], b: [number, number]): DimensionSummary => ({
  value,
  variants: (
    [
      ["a", a],
      ["b", b],
    ] as const
  ).map(([variant, [count, successes]]) => ({
    variant,
    units: count,
    metrics: {
      buy: { kind: "proportion", count, successes },
      p90: { kind: "distribution", count },
    },
  })),
});

const request = (values: DimensionSummary[]): BreakdownRequest => ({
  definition: { experiment, metrics },
  dimension: "country",
  values,
});

test("each value has its own effects, and Q weighs them by the variances of their differences", () => {
  const answer = breakdown(
    request([valueOf("CH", [1_000, 100], [1_000, 150]), valueOf("AT", [2_000, 200], [2_000, 210])]),
  );
  const [ch, at] = answer.segments;
  assert.deepEqual([ch?.value, ch?.units, at?.units], ["CH", 2_000, 4_000]);
  // By hand: differences 0.05 and 0.005, variances Σ p(1 − p)/n of both arms.
  const [d1, d2] = [0.05, 0.005];
  const [v1, v2] = [
    (0.1 * 0.9) / 1_000 + (0.15 * 0.85) / 1_000,
    (0.1 * 0.9) / 2_000 + (0.105 * 0.895) / 2_000,
  ];
  const q = (d1 - d2) ** 2 / (v1 + v2);
  const [buy] = answer.heterogeneity;
  assert.equal(buy?.answer.kind, "tested");
  if (buy?.answer.kind !== "tested") return;
  assert.ok(Math.abs(buy.answer.q / q - 1) < 1e-9, `${buy.answer.q} is ${q}`);
  assert.ok(Math.abs(buy.answer.iSquared - (q - 1) / q) < 1e-9);
  assert.equal(buy.answer.degreesOfFreedom, 1);
});

test("p-values are adjusted over the values, of one metric and variant each", () => {
  const answer = breakdown(
    request([valueOf("CH", [1_000, 100], [1_000, 150]), valueOf("AT", [2_000, 200], [2_000, 210])]),
  );
  const effects = answer.segments.map(({ effects: [buy] }) => buy);
  const p = effects.map((effect) => (effect?.estimate.kind === "estimated" ? effect.estimate.pValue : 1));
  assert.deepEqual(
    effects.map((effect) => effect?.adjustedPValue),
    [2 * (p[0] ?? 0), p[1]],
  );
  assert.match(answer.multiplicity, /Holm's, over the 2 values of country/);
});

test("what sums do not tell, values that are all alike, and a single value are reasons", () => {
  const answer = breakdown(request([valueOf("CH", [10, 0], [10, 0]), valueOf("AT", [10, 3], [10, 5])]));
  assert.deepEqual(
    answer.heterogeneity.map(({ metric, answer: each }) => [metric, each.kind === "no_answer" && each.code]),
    [
      ["buy", "too_few_segments"],
      ["p90", "too_few_segments"],
    ],
  );
  assert.equal(answer.segments[0]?.effects[0]?.estimate.kind, "no_variance");
  assert.equal(answer.segments[0]?.effects[0]?.adjustedPValue, undefined);
  assert.equal(answer.segments[0]?.effects[1]?.estimate.kind, "needs_rows");
});

test("of no value at all there is a breakdown without segments", () => {
  assert.deepEqual(breakdown(request([])).segments, []);
});
