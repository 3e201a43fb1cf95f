import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { binomialPmf } from "../special/deviance.ts";
import { assertClose } from "../testing/golden.ts";
import { independence } from "./chi-square.ts";
import { binomialTwoSided, fisherTwoSided } from "./exact-tails.ts";

/** By adding every result that is no more probable. */
function plainBinomial(k: number, n: number, p: number): number {
  const all = Array.from({ length: n + 1 }, (_, index) => binomialPmf(index, n, p));
  const seen = all[k] ?? 0;
  return all.filter((value) => value <= seen * (1 + 1e-10)).reduce((sum, value) => sum + value, 0);
}

test("the binomial p is the sum over all results that are no more probable", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.nat(60),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (n, k, p) => {
        assertClose(
          binomialTwoSided(Math.min(k, n), n, p),
          Math.min(1, plainBinomial(Math.min(k, n), n, p)),
          1e-11,
          "p",
        );
      },
    ),
  );
});

test("exact tails of counts in the millions agree with scipy 1.17", () => {
  assertClose(binomialTwoSided(500_900, 1_000_000, 0.5), 0.07201862767647761, 1e-9, "binomial");
  assertClose(fisherTwoSided(50_890, 1_000_450, 101_100, 2_000_450), 0.0339586540692798, 1e-9, "Fisher");
});

test("Fisher's test of a table and of its mirror images is one test", () => {
  const count = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(count, count, count, count, (a, b, c, d) => {
      const total = a + b + c + d;
      if (a + b === 0 || a + c === 0 || total === 0) return;
      const p = fisherTwoSided(a, a + b, a + c, total);
      assertClose(fisherTwoSided(a, a + c, a + b, total), p, 1e-9, "turned");
      assertClose(fisherTwoSided(c, c + d, a + c, total), p, 1e-9, "other row");
      assert.ok(p > 0 && p <= 1);
    }),
  );
});

test("a table with an empty row or column says so", () => {
  assert.deepEqual(
    independence([
      [0, 0],
      [1, 2],
    ]),
    { kind: "empty_margin" },
  );
  assert.deepEqual(
    independence([
      [0, 5],
      [0, 2],
    ]),
    { kind: "empty_margin" },
  );
  assert.deepEqual(independence([[1, 2]]), { kind: "empty_margin" });
});

test("Yates' correction never makes a distance of less than a half negative", () => {
  const result = independence(
    [
      [10, 10],
      [10, 11],
    ],
    true,
  );
  assert.ok(result.kind === "tested" && result.chiSquare === 0 && result.pValue === 1);
});
