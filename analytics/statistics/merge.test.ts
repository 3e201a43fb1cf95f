import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { z } from "zod";
import { AssertionError } from "../../protocols/assert.ts";
import type { ExperimentSummary, RatioMoments } from "../../protocols/results.ts";
import { mergePairs, noPairs, type PairSummary } from "./bivariate.ts";
import { mergeExperiments, mergeMetric, noUnits } from "./merge.ts";
import { isConstant, mergeMoments, type MeanSummary, variance } from "./moments.ts";
import { amount, meanSummary, meanSummaryOf, pairSummary } from "./testing/arbitraries.ts";
import { assertClose, goldenCases, Tolerance } from "./testing/golden.ts";

const Part = z
  .object({
    n: z.number(),
    mean_x: z.number(),
    mean_y: z.number(),
    m2_x: z.number(),
    m2_y: z.number(),
    c_xy: z.number(),
  })
  .transform((part): RatioMoments => ({
    kind: "ratio",
    count: part.n,
    meanNumerator: part.mean_x,
    meanDenominator: part.mean_y,
    squaredNumerator: part.m2_x,
    squaredDenominator: part.m2_y,
    crossDeviations: part.c_xy,
  }));
const MergeCase = z.object({
  id: z.string(),
  input: z.object({ parts: z.array(Part) }),
  expected: Part,
  tolerance: Tolerance,
});

test("merging parts gives the exact moments of the whole (golden, with an empty part)", () => {
  for (const { id, input, expected, tolerance } of goldenCases("merge", MergeCase)) {
    const merged = input.parts.reduce(mergePairs, noPairs);
    for (const field of pairFields)
      assertClose(merged[field], expected[field], tolerance.rel, `${id} ${field}`);
  }
});

const pairFields = [
  "count",
  "meanNumerator",
  "meanDenominator",
  "squaredNumerator",
  "squaredDenominator",
  "crossDeviations",
] as const;

/** Means may differ by rounding of the largest value, deviations by that times the spread between the groups. */
function assertSameMoments(a: MeanSummary, b: MeanSummary, scale: number): void {
  assert.equal(a.count, b.count);
  assertClose(a.mean, b.mean, 1e-13, "mean", 1e-13 * scale);
  assertClose(a.squaredDeviations, b.squaredDeviations, 1e-11, "deviations", 1e-13 * scale * (1 + a.count));
}

test("merging moments is associative, commutative, and has the empty group as its unit", () => {
  fc.assert(
    fc.property(meanSummary, meanSummary, meanSummary, (a, b, c) => {
      const scale = Math.max(1, ...[a, b, c].map(({ mean }) => Math.abs(mean)));
      assertSameMoments(mergeMoments(mergeMoments(a, b), c), mergeMoments(a, mergeMoments(b, c)), scale);
      assertSameMoments(mergeMoments(a, b), mergeMoments(b, a), scale);
      assert.deepEqual(mergeMoments(a, meanSummaryOf([])), a);
      assert.deepEqual(mergeMoments(meanSummaryOf([]), a), a);
    }),
  );
});

test("merging pair moments is associative and commutative", () => {
  const same = (one: PairSummary, other: PairSummary, scale: number): void => {
    for (const field of pairFields)
      assertClose(one[field], other[field], 1e-11, field, 1e-13 * scale * one.count);
  };
  fc.assert(
    fc.property(pairSummary, pairSummary, pairSummary, (a, b, c) => {
      const scale = Math.max(...[a, b, c].map((part) => 1 + Math.abs(part.meanNumerator))) * 50;
      same(mergePairs(mergePairs(a, b), c), mergePairs(a, mergePairs(b, c)), scale);
      same(mergePairs(a, b), mergePairs(b, a), scale);
    }),
  );
});

test("a group cut anywhere merges back to itself", () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 50 }), fc.nat(), (values, cut) => {
      const at = cut % values.length;
      const merged = mergeMoments(meanSummaryOf(values.slice(0, at)), meanSummaryOf(values.slice(at)));
      assertSameMoments(merged, meanSummaryOf(values), Math.max(1, ...values.map(Math.abs)));
    }),
  );
});

test("merged parts of one constant are constant", () => {
  fc.assert(
    fc.property(amount, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (value, one, other) => {
      const part = (count: number) => meanSummaryOf(Array.from({ length: count }, () => value));
      assert.ok(isConstant(mergeMoments(part(one), part(other))));
    }),
  );
});

test("fewer than two units have no variance", () => {
  assert.equal(variance(meanSummaryOf([])), undefined);
  assert.equal(variance(meanSummaryOf([7])), undefined);
  assert.equal(variance(meanSummaryOf([7, 9])), 2);
});

test("summaries of different kinds do not merge", () => {
  assert.throws(() => mergeMetric(noUnits("mean"), noUnits("ratio")), AssertionError);
});

test("experiments merge by variant and metric; what only one side knows is kept", () => {
  const a: ExperimentSummary = {
    crossovers: 1,
    variants: [
      { variant: "control", units: 3, metrics: { buy: { kind: "proportion", count: 3, successes: 1 } } },
      { variant: "on", units: 2, metrics: {} },
    ],
  };
  const b: ExperimentSummary = {
    crossovers: 2,
    variants: [
      { variant: "on", units: 5, metrics: { buy: { kind: "proportion", count: 5, successes: 4 } } },
      { variant: "control", units: 1, metrics: { buy: { kind: "proportion", count: 1, successes: 1 } } },
      { variant: "new", units: 9, metrics: {} },
    ],
  };
  assert.deepEqual(mergeExperiments(a, b), {
    crossovers: 3,
    variants: [
      { variant: "control", units: 4, metrics: { buy: { kind: "proportion", count: 4, successes: 2 } } },
      { variant: "on", units: 7, metrics: { buy: { kind: "proportion", count: 5, successes: 4 } } },
      { variant: "new", units: 9, metrics: {} },
    ],
  });
});
