import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { PairSum } from "./pair-sum.ts";
import { amount, meanSummaryOf, pairSummaryOf } from "./testing/arbitraries.ts";

const pair = fc.tuple(amount, amount);

test("each side of a pair has the moments it would have alone", () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), (pairs) => {
      const both = pairSummaryOf(pairs);
      const numerators = meanSummaryOf(pairs.map(([numerator]) => numerator));
      const denominators = meanSummaryOf(pairs.map(([, denominator]) => denominator));
      assert.equal(both.meanNumerator, numerators.mean);
      assert.equal(both.meanDenominator, denominators.mean);
      assert.equal(both.squaredNumerator, numerators.squaredDeviations);
      assert.equal(both.squaredDenominator, denominators.squaredDeviations);
    }),
  );
});

test("a pair of equals has one and the same deviation three times", () => {
  fc.assert(
    fc.property(fc.array(amount), (values) => {
      const both = pairSummaryOf(values.map((value) => [value, value]));
      assert.equal(both.crossDeviations, both.squaredNumerator);
      assert.equal(both.crossDeviations, both.squaredDenominator);
    }),
  );
});

test("replacing and removing give, to the last bit, what recomputing gives", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(pair, pair, fc.boolean())), (changes) => {
      const sum = new PairSum();
      for (const [[numerator, denominator]] of changes) sum.add(numerator, denominator);
      const rest: (readonly [number, number])[] = [];
      for (const [before, after, leaves] of changes) {
        if (leaves) sum.remove(before[0], before[1]);
        else {
          sum.replace(before, after);
          rest.push(after);
        }
      }
      assert.deepEqual(sum.summary(), pairSummaryOf(rest));
    }),
  );
});

test("an image, through JSON, continues as the original would", () => {
  fc.assert(
    fc.property(fc.array(pair), fc.array(pair), (before, after) => {
      const sum = new PairSum();
      for (const [numerator, denominator] of before) sum.add(numerator, denominator);
      const copy = new PairSum(JSON.parse(JSON.stringify(sum.image())));
      for (const [numerator, denominator] of after) copy.add(numerator, denominator);
      assert.deepEqual(copy.summary(), pairSummaryOf([...before, ...after]));
    }),
  );
});
