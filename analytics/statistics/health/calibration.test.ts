import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterRandom } from "../special/counter-random.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { falsePositives, uniformity } from "./calibration.ts";
import { imbalances } from "./imbalance.ts";
import { kolmogorovSf } from "./kolmogorov.ts";

test("Kolmogorov's tail agrees with scipy 1.17 where that is exact", () => {
  for (const [n, d, tail] of [
    [1, 0.7, 0.6],
    [5, 0.3, 0.664],
    [40, 0.1348, 0.4241659458645437],
    [100, 0.19, 0.0012339926382722768],
    [40, 0.4, 2.7416081587210553e-6],
    [10, 0.9, 2e-10],
    [100_000, 0.006, 0.0014871489301131564],
  ] as const)
    assertClose(kolmogorovSf(n, d), tail, 1e-8, `${n} ${d}`);
});

test("the exact distribution, its tail and its expansion meet where they take over", () => {
  for (const n of [100, 500]) {
    const d = 2 / Math.sqrt(n);
    assertClose(kolmogorovSf(n, d * (1 - 1e-9)), kolmogorovSf(n, d * (1 + 1e-9)), 1e-7, "tail");
  }
  assertClose(
    kolmogorovSf(500, 1.2 / Math.sqrt(500)),
    kolmogorovSf(501, 1.2 / Math.sqrt(500)),
    0.01,
    "expansion",
  );
  assert.equal(kolmogorovSf(10, 0.05), 1);
  assert.equal(kolmogorovSf(10, 1), 0);
});

test("uniform p-values pass, crowded ones do not", () => {
  const random = new CounterRandom(5);
  const uniform = Float64Array.from({ length: 300 }, () => random.fraction());
  assert.ok(expectKind(uniformity(uniform), "tested").pValue > 0.01);
  const crowded = uniform.map((value) => value / 2);
  assert.ok(expectKind(uniformity(crowded), "tested").pValue < 1e-30);
  assert.deepEqual(uniformity([]), { kind: "no_values" });
  assert.deepEqual(uniformity([0.5, 1.2]), { kind: "not_a_share", value: 1.2 });
  assert.equal(uniformity([0.1, Number.NaN]).kind, "not_a_share");
});

test("as many rejections as there should be are no evidence, none at all or twice as many are", () => {
  assert.equal(expectKind(falsePositives(50, 1_000, 0.05), "tested").pValue, 1);
  assert.ok(expectKind(falsePositives(100, 1_000, 0.05), "tested").pValue < 1e-9);
  const none = expectKind(falsePositives(0, 1_000, 0.05), "tested");
  assert.ok(none.pValue < 1e-20 && none.interval[0] === 0);
  assert.equal(falsePositives(0, 0, 0.05).kind, "no_values");
  assert.equal(falsePositives(2, 1, 0.05).kind, "impossible_counts");
  assert.equal(falsePositives(1, 10, 0).kind, "not_a_share");
});

test("a covariate that differs before the start is flagged; one without a spread is not judged", () => {
  const of = (mean: number, spread = 1) => ({ count: 1_000, mean, squaredDeviations: spread * 999 });
  const [same, apart, flat] = imbalances([
    { key: "same", control: of(1), variant: of(1) },
    { key: "apart", control: of(1), variant: of(1.3) },
    { key: "flat", control: of(1, 0), variant: of(1, 0) },
  ]);
  assert.deepEqual(
    [same, apart, flat].map((one) => one?.imbalanced),
    [false, true, false],
  );
  assertClose(apart?.standardised, 0.3, 0.02, "standardised");
  assert.equal(flat?.standardised, undefined);
});
