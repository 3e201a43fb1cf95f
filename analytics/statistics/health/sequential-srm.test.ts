import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../protocols/testing/properties.ts";
import { logGamma } from "../special/special.ts";
import { assertClose, expectKind } from "../testing/golden.ts";
import { sequentialRatio } from "./sequential-srm.ts";

const evenly = (units: readonly number[]) => units.map((count) => ({ units: count, weight: 1 }));

test("the Bayes factor is the Dirichlet-multinomial's over the multinomial's", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 9 })), {
        minLength: 2,
        maxLength: 5,
      }),
      fc.constantFrom(1, 100, 10_000),
      (given, concentration) => {
        const arms = given.map(([units, weight]) => ({ units, weight }));
        const weights = arms.reduce((sum, { weight }) => sum + weight, 0);
        const units = arms.reduce((sum, arm) => sum + arm.units, 0);
        let expected = logGamma(concentration) - logGamma(concentration + units);
        for (const arm of arms) {
          const share = arm.weight / weights;
          expected += logGamma(concentration * share + arm.units) - logGamma(concentration * share);
          expected -= arm.units * Math.log(share);
        }
        const { logBayesFactor } = expectKind(sequentialRatio(arms, concentration), "tested");
        assertClose(logBayesFactor, expected, 1e-9, "", 1e-7);
      },
    ),
  );
});

test("millions of units as intended are no mismatch, and a hundredth off is one", () => {
  assert.equal(expectKind(sequentialRatio(evenly([5e8, 5e8])), "tested").pValue, 1);
  assert.ok(expectKind(sequentialRatio(evenly([505_000, 495_000])), "tested").pValue < 1e-15);
});

test("nobody yet is no evidence", () => {
  assert.equal(expectKind(sequentialRatio(evenly([0, 0])), "tested").logBayesFactor, 0);
});

test("what cannot be tested has its reason", () => {
  assert.equal(sequentialRatio(evenly([5])).kind, "one_variant");
  assert.equal(sequentialRatio([...evenly([5, 5]), { units: 1, weight: 0 }]).kind, "units_without_weight");
  assert.equal(sequentialRatio(evenly([5, Number.NaN])).kind, "bad_counts");
  assert.equal(sequentialRatio(evenly([5, -1])).kind, "bad_counts");
});
