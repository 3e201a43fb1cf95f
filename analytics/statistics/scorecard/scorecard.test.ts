import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { AssertionError } from "../../../protocols/assert.ts";
import type { MetricSummary } from "../../../protocols/results.ts";
import { analyse } from "./scorecard.ts";
import { compare } from "../compare.ts";
import { alpha, meanSummary, pairSummary, proportion } from "../testing/arbitraries.ts";
import { exampleRequest } from "../testing/example.ts";
import { assertClose, expectKind } from "../testing/golden.ts";

const metricSummaryPair = fc.oneof(
  fc.tuple(meanSummary, meanSummary).map((both) => both.map((one) => ({ ...one, kind: "mean" as const }))),
  fc
    .tuple(proportion, proportion)
    .map((both) => both.map((one) => ({ ...one, kind: "proportion" as const }))),
  fc.tuple(pairSummary, pairSummary).map((both) => both.map((one) => ({ ...one, kind: "ratio" as const }))),
) as fc.Arbitrary<[MetricSummary, MetricSummary]>;

test("every variant but control is compared by every metric, each by the method of its kind", () => {
  const { comparisons, alpha, sampleRatio } = analyse(exampleRequest());
  assert.equal(alpha, 0.05);
  assert.deepEqual(
    comparisons.map(({ variant, metric, method, n, nControl, estimate }) => [
      variant,
      metric,
      method,
      n,
      nControl,
      estimate.kind,
    ]),
    [
      ["treatment", "conversion", "two_proportion_z", 10_000, 10_000, "estimated"],
      ["treatment", "revenue", "welch_t", 10_000, 10_000, "estimated"],
      ["treatment", "ctr", "ratio_delta", 10_000, 10_000, "estimated"],
    ],
  );
  assert.equal(expectKind(sampleRatio, "tested").mismatch, false);
});

test("a comparison carries its method's numbers (golden prop-08: 10 % against 15 % of 10 000)", () => {
  const [conversion] = analyse(exampleRequest()).comparisons;
  assert.ok(conversion !== undefined);
  const estimate = expectKind(conversion.estimate, "estimated");
  assertClose(conversion.mean, 0.15, 1e-12, "mean");
  assertClose(conversion.meanControl, 0.1, 1e-12, "mean of control");
  assertClose(estimate.difference, 0.05, 1e-12, "difference");
  assertClose(estimate.pValue, 1.128226302869106e-26, 1e-10, "p");
  assertClose(estimate.interval[0], 0.040860615152750177, 1e-6, "lower end");
  assertClose(estimate.relative?.difference, 0.5, 1e-12, "lift");
});

test("a variant that nobody has seen has too few units and no mean", () => {
  const { variants } = exampleRequest().summary;
  const { comparisons, sampleRatio } = analyse(exampleRequest({ variants: variants.slice(0, 1) }));
  assert.deepEqual(comparisons, []);
  assert.equal(expectKind(sampleRatio, "tested").mismatch, true);

  const unseen = { variant: "treatment", units: 0, metrics: {} };
  const [conversion, , ctr] = analyse(
    exampleRequest({ variants: [...variants.slice(0, 1), unseen] }),
  ).comparisons;
  const { finding, ...comparison } = conversion ?? {};
  assert.equal(finding?.verdict, "no_answer");
  assert.deepEqual(comparison, {
    variant: "treatment",
    metric: "conversion",
    method: "two_proportion_z",
    n: 0,
    nControl: 10_000,
    meanControl: 0.1,
    estimate: { kind: "too_few_units", units: 0, unitsMin: 2 },
  });
  assert.deepEqual(ctr?.estimate, { kind: "too_few_units", units: 0, unitsMin: 10 });
});

test("a lift is absent when the baseline cannot be told from 0, and the difference stays", () => {
  const noisy: MetricSummary = { kind: "mean", count: 40, mean: 1, squaredDeviations: 36 * 39 };
  const estimate = expectKind(compare(noisy, { ...noisy, mean: 1.3 }, 0.05).estimate, "estimated");
  assert.equal(estimate.relative, undefined);
  assertClose(estimate.difference, 0.3, 1e-12, "difference");
});

test("alpha is the experiment's own: a stricter one widens the intervals and leaves p alone", () => {
  fc.assert(
    fc.property(metricSummaryPair, alpha, ([a, b], alpha) => {
      const wide = compare(a, b, alpha / 10).estimate;
      const narrow = compare(a, b, alpha).estimate;
      assert.equal(wide.kind, narrow.kind);
      if (wide.kind !== "estimated" || narrow.kind !== "estimated") return;
      assert.equal(wide.pValue, narrow.pValue);
      assert.ok(wide.interval[0] <= narrow.interval[0] && narrow.interval[1] <= wide.interval[1]);
    }),
  );
});

test("whatever the sums, an answer's numbers are finite, and p lies in (0, 1]", () => {
  fc.assert(
    fc.property(metricSummaryPair, alpha, ([a, b], alpha) => {
      const comparison = compare(a, b, alpha);
      assert.deepEqual(JSON.parse(JSON.stringify(comparison)), zeroed(comparison));
      if (comparison.estimate.kind !== "estimated") return;
      assert.ok(comparison.estimate.pValue > 0 && comparison.estimate.pValue <= 1);
    }),
  );
});

test("sums of another kind than the metric's are a defect", () => {
  const { definition, summary } = exampleRequest();
  const [control, treatment] = summary.variants;
  assert.ok(control !== undefined && treatment !== undefined);
  const confused = {
    ...treatment,
    metrics: { ...treatment.metrics, ctr: { kind: "proportion", count: 9, successes: 1 } as const },
  };
  assert.throws(
    () => analyse({ definition, summary: { ...summary, variants: [control, confused] } }),
    AssertionError,
  );
});

/** JSON has one zero. */
function zeroed(value: unknown): unknown {
  if (typeof value === "number") return value + 0;
  if (Array.isArray(value)) return value.map(zeroed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, zeroed(part)]));
}
