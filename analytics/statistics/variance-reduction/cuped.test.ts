import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import type { CovariateMoments } from "../../../protocols/results.ts";
import { welch } from "../methods/welch.ts";
import { pairSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { cuped } from "./cuped.ts";
import { enoughHistory } from "./cuped-gate.ts";

function momentsOf(pairs: readonly (readonly [number, number])[]): CovariateMoments {
  const of = pairSummaryOf(pairs);
  return {
    count: of.count,
    meanValue: of.meanNumerator,
    meanCovariate: of.meanDenominator,
    squaredValue: of.squaredNumerator,
    squaredCovariate: of.squaredDenominator,
    crossDeviations: of.crossDeviations,
  };
}

const unit = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 20 }));
const arm = fc.array(unit, { minLength: 5, maxLength: 30 });

/** Each unit's adjusted value, and Welch's test on those. */
test("is Welch's test on values less θ times the centred covariate", () => {
  fc.assert(
    fc.property(arm, arm, (a, b) => {
      const result = cuped(momentsOf(a), momentsOf(b), 0.05);
      if (result.kind !== "estimated") return;
      const all = [...a, ...b];
      const centre = all.reduce((sum, [, x]) => sum + x, 0) / all.length;
      const adjusted = (units: typeof a) =>
        momentsOf(units.map(([y, x]) => [y - result.theta * (x - centre), 0]));
      const plain = (m: CovariateMoments) => ({
        count: m.count,
        mean: m.meanValue,
        squaredDeviations: m.squaredValue,
      });
      const [one, other] = [plain(adjusted(a)), plain(adjusted(b))];
      const expected = welch(one, other, 0.05);
      if (expected.kind !== "estimated") return;
      assertClose(result.difference, expected.difference, 1e-9, "difference", 1e-9);
      assertClose(result.standardError, expected.standardError, 1e-7, "error", 1e-9);
      assertClose(result.control.value, one.mean, 1e-9, "centred mean", 1e-9);
    }),
  );
});

test("a covariate that explains all leaves no variance, one that explains nothing changes nothing", () => {
  const pairs = Array.from({ length: 20 }, (_, index) => [2 * index + 1, index] as const);
  assert.equal(cuped(momentsOf(pairs), momentsOf(pairs.map(([y, x]) => [y, x])), 0.05).kind, "no_variance");
  const unrelated = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
    [2, 1],
    [2, -1],
  ] as const;
  const result = expectKind(cuped(momentsOf(unrelated), momentsOf(unrelated), 0.05), "estimated");
  assertClose(result.varianceReduction, 0, 1e-12, "reduction", 1e-12);
});

test("the relative lift divides by the unadjusted baseline, whatever its sign, and not by 0", () => {
  const of = (shift: number, lift: number) =>
    momentsOf(
      Array.from({ length: 50 }, (_, i) => [shift + lift + i / 10 + ((i * 7) % 5) / 10, i / 5] as const),
    );
  const result = expectKind(cuped(of(-20, 0), of(-20, 1), 0.05), "estimated");
  assertClose(result.relative?.difference, result.difference / Math.abs(of(-20, 0).meanValue), 1e-12, "lift");
  const zero = of(0, 0);
  const around = { ...zero, meanValue: 0 };
  assert.equal(expectKind(cuped(around, zero, 0.05), "estimated").relative, undefined);
});

test("what cannot be adjusted says why", () => {
  const some = momentsOf([
    [1, 1],
    [2, 3],
    [4, 2],
  ]);
  const flat = momentsOf([
    [1, 5],
    [2, 5],
    [4, 5],
  ]);
  const same = momentsOf([
    [3, 1],
    [3, 3],
    [3, 2],
  ]);
  assert.deepEqual(cuped(flat, flat, 0.05), { kind: "constant_covariate" });
  assert.deepEqual(cuped(same, same, 0.05), { kind: "constant_metric" });
  assert.equal(cuped(momentsOf([[1, 1]]), some, 0.05).kind, "too_few_units");
  assert.equal(cuped(some, some, 0).kind, "alpha_out_of_range");
  assert.equal(cuped({ ...some, meanCovariate: Number.NaN }, some, 0.05).kind, "not_finite");
});

test("a history of a hundred units, or of five in a hundred, is too short", () => {
  assert.equal(enoughHistory(101, 1_000), undefined);
  assert.equal(enoughHistory(100, 100)?.kind, "too_few_with_history");
  assert.equal(enoughHistory(500, 10_000)?.kind, "too_few_with_history");
  assert.equal(enoughHistory(0, 0)?.kind, "too_few_with_history");
});

test("values near 1e15 and 1e-15 keep what digits they have", () => {
  const base = Array.from({ length: 40 }, (_, i) => [((i * 13) % 17) + i / 4, i] as const);
  const at = (scale: number) => momentsOf(base.map(([y, x]) => [y * scale, x * scale]));
  const one = expectKind(cuped(at(1), momentsOf(base.map(([y, x]) => [y + 1, x])), 0.05), "estimated");
  for (const scale of [1e15, 1e-15]) {
    const other = momentsOf(base.map(([y, x]) => [(y + 1) * scale, x * scale]));
    assertClose(expectKind(cuped(at(scale), other, 0.05), "estimated").statistic, one.statistic, 1e-9, "t");
  }
});
