import assert from "node:assert/strict";
import { test } from "node:test";
import { expectKind, assertClose } from "../testing/golden.ts";
import { equivalence, nonInferiority } from "./equivalence.ts";
import { welch } from "./welch.ts";

const of = (mean: number, count = 1_000, spread = 1) => ({
  count,
  mean,
  squaredDeviations: spread * (count - 1),
});

test("equivalent exactly when the interval of 1 − 2 alpha lies within the margins", () => {
  for (const shift of [0, 0.05, 0.1, 0.12, 0.15, 0.3]) {
    const margins = { low: -0.2, high: 0.2 };
    const result = expectKind(equivalence(of(10), of(10 + shift), margins, 0.05), "tested");
    const [low, high] = expectKind(welch(of(10), of(10 + shift), 0.1), "estimated").interval;
    assert.equal(result.equivalent, low > margins.low && high < margins.high);
  }
});

test("non-inferiority is the one-sided interval's end against the margin, whichever way is better", () => {
  for (const direction of ["increase", "decrease"] as const) {
    const worse = direction === "increase" ? -1 : 1;
    for (const shift of [0, 0.05, 0.15, 0.3]) {
      const margin = { scale: "absolute", value: 0.2 } as const;
      const result = expectKind(
        nonInferiority(of(10), of(10 + worse * shift), margin, direction, 0.05),
        "tested",
      );
      assert.equal(result.nonInferior, worse * result.bound < 0.2);
    }
  }
});

test("a relative margin is a share of |the baseline|, and bears its uncertainty", () => {
  const relative = { scale: "relative", value: 0.02 } as const;
  const absolute = { scale: "absolute", value: 0.2 } as const;
  const one = expectKind(nonInferiority(of(10), of(9.95), relative, "increase", 0.05), "tested");
  const other = expectKind(nonInferiority(of(10), of(9.95), absolute, "increase", 0.05), "tested");
  assert.equal(one.margin, other.margin);
  assertClose(one.statistic, other.statistic, 0.02, "statistic");
  const negative = expectKind(nonInferiority(of(-10), of(-10.05), relative, "increase", 0.05), "tested");
  assert.equal(negative.margin, 0.2);
  assertClose(negative.statistic, other.statistic, 0.02, "negative baseline");
});

test("margins that are none, and groups that say nothing, are reasons", () => {
  assert.deepEqual(equivalence(of(1), of(1), { low: 1, high: 1 }, 0.05), { kind: "bad_margin" });
  assert.deepEqual(nonInferiority(of(1), of(1), { scale: "absolute", value: 0 }, "increase", 0.05), {
    kind: "bad_margin",
  });
  assert.deepEqual(nonInferiority(of(0), of(1), { scale: "relative", value: 0.1 }, "increase", 0.05), {
    kind: "bad_margin",
  });
  assert.equal(equivalence(of(1, 10, 0), of(1, 10, 0), { low: -1, high: 1 }, 0.05).kind, "no_variance");
  assert.equal(equivalence(of(1, 1), of(1), { low: -1, high: 1 }, 0.05).kind, "too_few_units");
  assert.equal(equivalence(of(1), of(1), { low: -1, high: 1 }, 1).kind, "alpha_out_of_range");
});
