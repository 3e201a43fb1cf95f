import assert from "node:assert/strict";
import { test } from "node:test";
import { welch } from "../methods/welch.ts";
import { meanSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { heterogeneity, segmentsAgainstRest } from "./heterogeneity.ts";
import { holdout } from "./holdout.ts";
import { interaction } from "./interaction.ts";
import { lateAgainstEarly, noveltyTrend } from "./novelty.ts";
import { triggered } from "./triggered.ts";

const of = (mean: number, count = 1_000, spread = 1) => ({
  count,
  mean,
  squaredDeviations: spread * (count - 1),
});

test("an interaction is a difference of differences, and dependent assignments show", () => {
  const even = expectKind(interaction({ cc: of(1), ct: of(2), tc: of(3), tt: of(4.5) }, 0.05), "tested");
  assertClose(even.effect, 0.5, 1e-12, "effect");
  assertClose(even.interval[1], 0.5 + 1.959963984540054 * even.standardError, 1e-12, "interval");
  assert.ok(even.assignment.kind === "tested" && even.assignment.pValue === 1);
  const uneven = expectKind(
    interaction({ cc: of(1, 1_500), ct: of(2), tc: of(3), tt: of(4, 1_500) }, 0.05),
    "tested",
  );
  assert.ok(uneven.assignment.kind === "tested" && uneven.assignment.pValue < 1e-10);
  assert.equal(interaction({ cc: of(1, 1), ct: of(2), tc: of(3), tt: of(4) }, 0.05).kind, "too_few_units");
  const flat = of(1, 5, 0);
  assert.deepEqual(interaction({ cc: flat, ct: flat, tc: flat, tt: flat }, 0.05), {
    kind: "no_variance",
    difference: 0,
  });
});

test("equal effects are no heterogeneity at any scale, and one apart is", () => {
  for (const scale of [1e-15, 1, 1e15]) {
    const equal = expectKind(
      heterogeneity([1, 1, 1].map((value) => ({ value: value * scale, variance: scale ** 2 }))),
      "tested",
    );
    assert.deepEqual([equal.q, equal.inconsistency, equal.pValue], [0, 0, 1]);
    const apart = expectKind(
      heterogeneity([1, 1, 9].map((value) => ({ value: value * scale, variance: scale ** 2 }))),
      "tested",
    );
    assert.ok(apart.pValue < 1e-6 && apart.inconsistency > 0.9);
  }
  assert.equal(heterogeneity([{ value: 1, variance: 1 }]).kind, "too_few_segments");
  assert.equal(
    heterogeneity([
      { value: 1, variance: 0 },
      { value: 1, variance: 1 },
    ]).kind,
    "no_variance",
  );
});

test("of two segments each is the other's rest; p is corrected for those that were tested", () => {
  const segment = (lift: number) => ({ control: of(10), variant: of(10 + lift) });
  const [one, other] = segmentsAgainstRest([segment(0.1), segment(0.5)]);
  assert.ok(one?.kind === "tested" && other?.kind === "tested");
  assert.deepEqual([one.difference + other.difference, one.pValue], [0, other.pValue]);
  assertClose(one.adjustedPValue, Math.min(1, 2 * one.pValue), 1e-12, "adjusted");
  const tiny = { control: of(1, 1), variant: of(1, 0) };
  const three = segmentsAgainstRest([segment(0.1), segment(0.5), tiny]);
  assert.deepEqual(
    three.map(({ kind }) => kind),
    ["tested", "tested", "too_few_units"],
  );
  assert.ok(three[0]?.kind === "tested" && three[0].adjustedPValue <= 2 * three[0].pValue);
});

test("a straight line is found, and the origin of days changes only the intercept", () => {
  const days = (from: number) =>
    [0, 1, 2, 3, 5].map((day) => ({ day: from + day, value: 2 - 0.3 * day, variance: 0.01 * (1 + day) }));
  const here = expectKind(noveltyTrend(days(0)), "tested");
  const there = expectKind(noveltyTrend(days(20_000)), "tested");
  assertClose(here.slope, -0.3, 1e-12, "slope");
  assertClose(here.intercept, 2, 1e-12, "intercept");
  assertClose(there.pValue, here.pValue, 1e-9, "p");
  assert.equal(noveltyTrend(days(0).slice(0, 2)).kind, "too_few_days");
  assert.equal(noveltyTrend(days(0).map((day) => ({ ...day, variance: 0 }))).kind, "no_variance");
  assert.deepEqual(lateAgainstEarly(of(0), of(0.1), 0.05), welch(of(0), of(0.1), 0.05));
});

test("the triggered effect is diluted by the share that was triggered", () => {
  const arm = (mean: number) => ({ triggered: of(mean, 200), complement: of(5, 800) });
  const result = triggered(arm(10), arm(11), 0.05);
  assert.deepEqual([result.diluted?.rate, result.diluted?.value], [0.2, 0.2]);
  assert.ok(result.complement.kind === "estimated" && result.complement.difference === 0);
  assert.ok(result.rate.kind === "estimated" && result.rate.pValue === 1);
  // The other way: all units, untriggered ones included, differ by as much.
  const all = meanSummaryOf([10, 5, 5, 5, 5]).mean;
  assertClose(result.diluted?.value, meanSummaryOf([11, 5, 5, 5, 5]).mean - all, 1e-12, "diluted");
});

test("a holdout says how much of what was claimed came true", () => {
  const claims = [
    { value: 0.3, variance: 0.01 },
    { value: 0.2, variance: 0.01 },
  ];
  const result = holdout(of(10), of(10.25), claims, 0.05);
  assertClose(result.claims?.realised, 0.5, 1e-12, "realised");
  assert.equal(holdout(of(10), of(10.25), [], 0.05).claims, undefined);
  assert.equal(holdout(of(10, 1), of(10.25), claims, 0.05).together.kind, "too_few_units");
});
