import assert from "node:assert/strict";
import { test } from "node:test";
import { leastSquares } from "../linear/least-squares.ts";
import { CounterRandom } from "../special/counter-random.ts";
import { pairSummaryOf } from "../testing/arbitraries.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { heteroscedasticErrors } from "../variance-reduction/heteroscedastic.ts";
import { type ClusteredRows, clusterRobust } from "./cluster-robust.ts";
import { uncertainRatio } from "./ratio.ts";

/** Rows in clusters of one to six, half of the clusters in each arm, and a covariate. */
function rowsOf(clusters: number, seed: number, offset = 0) {
  const random = new CounterRandom(seed);
  const [outcome, arm, x, cluster]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let number = 0; number < clusters; number++) {
    const level = random.normal();
    for (let row = 0; row <= number % 6; row++) {
      x.push(random.normal());
      arm.push(number % 2);
      cluster.push(number);
      outcome.push(offset + level + random.normal() + 0.5 * (x.at(-1) ?? 0));
    }
  }
  return { outcome, arm, x, cluster };
}

test("clusters of one row make CR0 and CR2 the HC0 and HC2 of a regression", () => {
  const { outcome, arm, x } = rowsOf(40, 1);
  const columns = [arm, x];
  const fit = expectKind(leastSquares(outcome, columns), "fitted");
  const each: ClusteredRows = { outcome, columns, cluster: outcome.map((_, row) => row) };
  for (const [cr, hc] of [
    ["CR0", "HC0"],
    ["CR2", "HC2"],
  ] as const) {
    const errors = heteroscedasticErrors(fit, hc);
    const result = expectKind(clusterRobust(each, cr, 0.05), "estimated");
    for (const [index, { standardError }] of result.coefficients.entries())
      assertClose(standardError, errors[index] ?? 0, 1e-10, `${cr} ${index}`);
  }
});

test("CR0 of an arm's mean is the ratio's delta method times (K − 1)/K", () => {
  const { outcome, arm, cluster } = rowsOf(30, 2);
  const result = expectKind(clusterRobust({ outcome, columns: [arm], cluster }, "CR0", 0.05), "estimated");
  const sums = (of: number) => {
    const groups = new Map<number, [number, number]>();
    for (const [row, y] of outcome.entries()) {
      if (arm[row] !== of) continue;
      const [total, count] = groups.get(cluster[row] ?? 0) ?? [0, 0];
      groups.set(cluster[row] ?? 0, [total + y, count + 1]);
    }
    return pairSummaryOf([...groups.values()]);
  };
  const [a, b] = [sums(0), sums(1)];
  const variance = [a, b].reduce(
    (sum, pairs) => sum + ((uncertainRatio(pairs)?.variance ?? 0) * (pairs.count - 1)) / pairs.count,
    0,
  );
  assertClose(result.coefficients[1]?.standardError, Math.sqrt(variance), 1e-10, "standard error");
});

test("CR1 is CR0 with its small-sample factor, and CR2's degrees of freedom are below the clusters", () => {
  const { outcome, arm, x, cluster } = rowsOf(24, 3);
  const rows = { outcome, columns: [arm, x], cluster };
  const [zero, one, two] = (["CR0", "CR1", "CR2"] as const).map((estimator) =>
    expectKind(clusterRobust(rows, estimator, 0.05), "estimated").coefficients.map(
      (coefficient) => coefficient,
    ),
  );
  const factor = Math.sqrt((24 / 23) * ((outcome.length - 1) / (outcome.length - 3)));
  assertClose(one?.[1]?.standardError, (zero?.[1]?.standardError ?? 0) * factor, 1e-12, "CR1");
  const df = two?.[1]?.degreesOfFreedom ?? 0;
  assert.ok(df > 2 && df < 24);
});

test("an offset of a billion changes no digit that data of that size have", () => {
  const plain = rowsOf(30, 4);
  const shifted = rowsOf(30, 4, 1e9);
  const errorOf = ({ outcome, arm, cluster }: ReturnType<typeof rowsOf>) =>
    expectKind(clusterRobust({ outcome, columns: [arm], cluster }, "CR2", 0.05), "estimated").coefficients[1];
  assertClose(errorOf(shifted)?.standardError, errorOf(plain)?.standardError ?? 0, 1e-6, "standard error");
});

test("what cannot be estimated is said", () => {
  const { outcome, arm, x, cluster } = rowsOf(20, 5);
  const kindOf = (rows: ClusteredRows, alpha = 0.05) => clusterRobust(rows, "CR2", alpha).kind;
  assert.equal(kindOf({ outcome, columns: [arm], cluster: outcome.map(() => 1) }), "too_few_clusters");
  assert.equal(kindOf({ outcome, columns: [arm, arm], cluster }), "collinear");
  assert.equal(kindOf({ outcome, columns: [outcome.map(() => 1)], cluster }), "collinear");
  assert.equal(kindOf({ outcome: outcome.map(() => 7), columns: [arm], cluster }), "no_variance");
  assert.equal(kindOf({ outcome: [1, 2], columns: [[0, 1]], cluster: [0, 1] }), "too_few_rows");
  assert.equal(kindOf({ outcome: [Number.NaN, ...outcome.slice(1)], columns: [x], cluster }), "not_finite");
  assert.equal(kindOf({ outcome, columns: [x], cluster }, 0), "alpha_out_of_range");
});
