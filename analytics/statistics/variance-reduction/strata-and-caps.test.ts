import assert from "node:assert/strict";
import { test } from "node:test";
import { meanSummaryOf, pairSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { ratioDifference } from "../methods/ratio.ts";
import { cupedRatio, type RatioHistoryMoments } from "./cuped-ratio.ts";
import { postStratified } from "./post-stratification.ts";
import { capAtQuantile, winsoriseByCount } from "./winsorise.ts";

type Row = readonly [number, number, number, number];

function historyOf(rows: readonly Row[]): RatioHistoryMoments {
  const mean = (index: number) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / rows.length;
  const means = [mean(0), mean(1), mean(2), mean(3)] as const;
  const products = [0, 1, 2, 3].map((i) =>
    Float64Array.from([0, 1, 2, 3], (j) =>
      rows.reduce(
        (sum, row) => sum + ((row[i] ?? 0) - (means[i] ?? 0)) * ((row[j] ?? 0) - (means[j] ?? 0)),
        0,
      ),
    ),
  );
  return { count: rows.length, means, products };
}

/** Twenty units with a level that shows before and after. */
const rows = (shift: number): readonly Row[] =>
  Array.from({ length: 20 }, (_, unit) => {
    const level = ((unit * 7) % 11) / 10;
    const [now, before] = [2 + (unit % 3), 1 + ((unit * 5) % 4)];
    return [
      (1 + shift + level) * now + ((unit * 3) % 5) / 10,
      now,
      (1 + level) * before + ((unit * 2) % 3) / 10,
      before,
    ];
  });

test("a ratio's history narrows its interval, and the difference without a history is the plain one", () => {
  const [a, b] = [rows(0), rows(0.2).map(([n, d, n0, d0]) => [n, d, n0, d0] as const)];
  const adjusted = expectKind(cupedRatio(historyOf(a), historyOf(b), 0.05), "estimated");
  const pairs = (of: readonly Row[]) => pairSummaryOf(of.map(([n, d]) => [n, d] as const));
  const plain = expectKind(ratioDifference(pairs(a), pairs(b), 0.05), "estimated");
  // Both arms have the same history, so nothing is to be corrected.
  assertClose(adjusted.difference, plain.difference, 1e-12, "difference");
  assert.ok(adjusted.standardError < 0.6 * plain.standardError);
  assert.ok(adjusted.relative !== undefined && adjusted.relative.difference > 0);
});

test("a ratio whose history has no spread, or nothing to divide by, says so", () => {
  const flat = historyOf(rows(0).map(([n, d]) => [n, d, 2, 1] as const));
  assert.deepEqual(cupedRatio(flat, flat, 0.05), { kind: "constant_covariate" });
  const nothing = historyOf(rows(0).map(([n, d, n0]) => [n, d, n0, 0] as const));
  assert.deepEqual(cupedRatio(nothing, nothing, 0.05), { kind: "zero_denominator" });
  assert.equal(cupedRatio(historyOf(rows(0).slice(0, 5)), historyOf(rows(0)), 0.05).kind, "too_few_units");
  assert.equal(cupedRatio(flat, flat, 0).kind, "alpha_out_of_range");
});

test("strata that explain the metric leave its variance", () => {
  const stratum = (level: number) => ({
    control: meanSummaryOf([level, level + 1, level + 2, level + 1]),
    variant: meanSummaryOf([level + 1, level + 2, level + 3, level + 1]),
  });
  const strata = [0, 10, 20, 30].map(stratum);
  const result = expectKind(postStratified(strata, 0.05), "estimated");
  assertClose(result.difference, 0.75, 1e-12, "difference");
  assert.ok(result.standardError < 0.5);
});

test("a stratum too small for a variance joins the largest; all too small is a reason", () => {
  const big = { control: meanSummaryOf([1, 2, 3, 4]), variant: meanSummaryOf([2, 3, 4, 5]) };
  const tiny = { control: meanSummaryOf([9]), variant: meanSummaryOf([]) };
  assert.equal(expectKind(postStratified([tiny, big, big], 0.05), "estimated").strata, 2);
  assert.deepEqual(postStratified([tiny], 0.05), { kind: "too_few_units", units: 0, unitsMin: 2 });
  assert.deepEqual(postStratified([], 0.05), { kind: "too_few_units", units: 0, unitsMin: 2 });
  const flat = { control: meanSummaryOf([1, 1]), variant: meanSummaryOf([2, 2]) };
  assert.deepEqual(postStratified([flat, flat], 0.05), { kind: "no_variance", difference: 1 });
  assert.equal(postStratified([big], -1).kind, "alpha_out_of_range");
});

test("capping changes what lies above the quantile and says how many", () => {
  const result = expectKind(capAtQuantile([1, 2, 3, 4, 100], 0.75), "capped");
  assert.deepEqual([result.cap, result.changed, [...result.values]], [4, 1, [1, 2, 3, 4, 4]]);
  assert.equal(capAtQuantile([], 0.9).kind, "no_units");
  assert.equal(capAtQuantile([1], 1).kind, "share_out_of_range");
});

test("winsorising by count moves as many values at each end", () => {
  const result = winsoriseByCount([9, 1, 5, 7, 3], [0.2, 0.4]);
  assert.deepEqual(result instanceof Float64Array ? [...result] : result, [5, 3, 5, 5, 3]);
  assert.deepEqual(winsoriseByCount([1], [0.5, 0.5]), { kind: "share_out_of_range", share: 1 });
});
