import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterRandom } from "../special/counter-random.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { leastSquares } from "../linear/least-squares.ts";
import { symmetricEigen } from "../linear/eigen.ts";
import { olsFromSums } from "./ols-from-sums.ts";
import { ancova, linInteracted } from "./regression.ts";

function rowsOf(units: number, seed: number) {
  const random = new CounterRandom(seed);
  const [outcome, arm, x, z]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let unit = 0; unit < units; unit++) {
    arm.push(unit % 2);
    x.push(random.normal());
    z.push(random.fraction());
    outcome.push((unit % 2) * 0.4 + (x.at(-1) ?? 0) + 3 * (z.at(-1) ?? 0) + random.normal());
  }
  return { outcome, arm, covariates: [x, z] };
}

test("residuals are at right angles to every column, and leverages add up to the columns", () => {
  const { outcome, arm, covariates } = rowsOf(60, 1);
  const columns = [arm, ...covariates];
  const fit = expectKind(leastSquares(outcome, columns), "fitted");
  for (const column of columns) {
    const product = column.reduce((sum, value, row) => sum + value * (fit.residuals[row] ?? 0), 0);
    assert.ok(Math.abs(product) < 1e-11);
  }
  assertClose(
    fit.leverages.reduce((sum, value) => sum + value, 0),
    4,
    1e-12,
    "trace",
  );
});

test("normal equations give what the rows give", () => {
  const { outcome, arm, covariates } = rowsOf(80, 2);
  const columns = [arm.map(() => 1), arm, ...covariates];
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, row) => sum + value * (b[row] ?? 0), 0);
  const fromSums = expectKind(
    olsFromSums({
      rows: 80,
      gram: columns.map((one) => Float64Array.from(columns, (other) => dot(one, other))),
      cross: columns.map((column) => dot(column, outcome)),
      outcomeSquares: dot(outcome, outcome),
    }),
    "fitted",
  );
  const fromRows = expectKind(ancova({ outcome, arm, covariates }, "classical", 0.05), "estimated");
  assertClose(fromSums.coefficients[1], fromRows.difference, 1e-10, "effect");
  assertClose(fromSums.standardErrors[1], fromRows.standardError, 1e-10, "error");
});

test("covariates in another unit, and far from 0, change nothing", () => {
  const rows = rowsOf(60, 3);
  const moved = {
    ...rows,
    covariates: rows.covariates.map((column) => column.map((value) => 1e9 + value * 1e3)),
  };
  for (const method of [ancova, linInteracted]) {
    const one = expectKind(method(rows, "HC2", 0.05), "estimated");
    const other = expectKind(method(moved, "HC2", 0.05), "estimated");
    assertClose(other.difference, one.difference, 1e-7, "effect");
    assertClose(other.standardError, one.standardError, 1e-7, "error");
  }
});

test("without covariates both are the difference of means, and HC2 is Welch's standard error", () => {
  const rows = { ...rowsOf(40, 4), covariates: [] };
  const result = expectKind(ancova(rows, "HC2", 0.05), "estimated");
  const half = (of: number) => rows.outcome.filter((_, row) => rows.arm[row] === of);
  const moments = [half(0), half(1)].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, q: squares / (values.length - 1) / values.length };
  });
  assertClose(result.difference, (moments[1]?.mean ?? 0) - (moments[0]?.mean ?? 0), 1e-12, "difference");
  assertClose(result.standardError, Math.sqrt((moments[0]?.q ?? 0) + (moments[1]?.q ?? 0)), 1e-12, "error");
});

test("what cannot be fitted is said", () => {
  const rows = rowsOf(30, 5);
  const kindOf = (changes: Partial<typeof rows>, alpha = 0.05) =>
    ancova({ ...rows, ...changes }, "HC1", alpha).kind;
  assert.equal(kindOf({ covariates: [rows.arm] }), "collinear");
  assert.equal(kindOf({ covariates: [rows.arm.map(() => 2)] }), "collinear");
  assert.equal(kindOf({ arm: rows.arm.map(() => 0) }), "too_few_units");
  assert.equal(kindOf({ outcome: rows.arm.map((arm) => 3 + arm) }), "no_variance");
  assert.equal(kindOf({ covariates: [[Number.NaN, ...rows.arm.slice(1)]] }), "not_finite");
  assert.equal(kindOf({}, 1), "alpha_out_of_range");
  assert.equal(
    ancova(
      {
        outcome: [1, 2, 3, 5],
        arm: [0, 0, 1, 1],
        covariates: [
          [1, 2, 3, 5],
          [0, 1, 0, 0],
        ],
      },
      "classical",
      0.05,
    ).kind,
    "too_few_rows",
  );
  const gram = [Float64Array.of(4, 2), Float64Array.of(2, 2)];
  const exact = { rows: 4, gram, cross: [6, 4], outcomeSquares: 10 };
  assert.equal(olsFromSums(exact).kind, "no_residuals");
  assert.equal(olsFromSums({ ...exact, rows: 2 }).kind, "too_few_rows");
  assert.equal(
    olsFromSums({ ...exact, gram: [Float64Array.of(4, 4), Float64Array.of(4, 4)] }).kind,
    "collinear",
  );
});

test("eigenvectors of a symmetric matrix put it together again", () => {
  const matrix = [Float64Array.of(4, 1, -2), Float64Array.of(1, 3, 0.5), Float64Array.of(-2, 0.5, 1)];
  const { values, vectors } = symmetricEigen(matrix);
  for (const [i, row] of matrix.entries())
    for (const [j, value] of row.entries()) {
      const sum = vectors.reduce((total, v, k) => total + (values[k] ?? 0) * (v[i] ?? 0) * (v[j] ?? 0), 0);
      assert.ok(Math.abs(sum - value) < 1e-13);
    }
});
