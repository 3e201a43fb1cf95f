import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose } from "../testing/golden.ts";
import { binomialPmf, deviance, stirlingError } from "./deviance.ts";

test("Stirling's error has one value where series and logarithm of gamma meet", () => {
  // mpmath 1.3: ln Γ(n + 1) − (n + ½) ln n + n − ½ ln 2π.
  assertClose(stirlingError(15.999), 0.0052079813338524, 1e-8, "below");
  assertClose(stirlingError(16), 0.0052076559196096, 1e-8, "above");
  assertClose(stirlingError(1), 1 - 0.9189385332046728, 1e-14, "one");
});

test("the deviance near its mean is the square of the distance, not the difference of two logarithms", () => {
  assertClose(deviance(1e6, 1e6 + 1), 0.5e-6, 1e-5, "near");
  assertClose(deviance(3, 6), 3 * Math.log(0.5) + 3, 1e-14, "far");
  assert.deepEqual([deviance(0, 4), deviance(5, 5)], [4, 0]);
});

test("binomial probabilities add up to 1, for ten draws and for a hundred thousand", () => {
  for (const [n, p] of [
    [10, 0.3],
    [100_000, 0.01],
  ] as const) {
    let sum = 0;
    for (let k = 0; k <= n; k++) sum += binomialPmf(k, n, p);
    assertClose(sum, 1, 1e-12, "sum");
  }
  assert.deepEqual([binomialPmf(0, 5, 0), binomialPmf(5, 5, 1), binomialPmf(1, 5, 1)], [1, 1, 0]);
});
