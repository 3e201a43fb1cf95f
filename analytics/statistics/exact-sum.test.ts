import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { ExactSum, meanOf, squaredDeviationsOf } from "./exact-sum.ts";

const finite = fc.double({ min: -1e100, max: 1e100, noNaN: true });

/** Squares of values below 1e-150 lose digits to underflow. */
const notTiny = finite.filter((value) => value === 0 || Math.abs(value) > 1e-140);

function sumOf(values: readonly number[]): ExactSum {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum;
}

test("1e100 + 1 − 1e100 is 1", () => {
  assert.equal(sumOf([1e100, 1, -1e100]).value, 1);
});

test("ten tenths are the nearest double to ten times a tenth's double", () => {
  assert.equal(sumOf(Array.from({ length: 10 }, () => 0.1)).value, 1);
});

test("a tie is decided by what lies below it", () => {
  assert.equal(sumOf([1, 2 ** -53]).value, 1);
  assert.equal(sumOf([1, 2 ** -53, 2 ** -110]).value, 1 + 2 ** -52);
  assert.equal(sumOf([1, 2 ** -53, -(2 ** -110)]).value, 1);
});

test("the order of addition does not show", () => {
  fc.assert(
    fc.property(fc.array(finite, { maxLength: 40 }), (values) => {
      assert.equal(sumOf(values).value, sumOf(values.toReversed()).value);
      assert.equal(sumOf(values).value, sumOf(values.toSorted((a, b) => a - b)).value);
    }),
  );
});

test("taking everything out leaves exactly nothing", () => {
  fc.assert(
    fc.property(fc.array(finite, { maxLength: 40 }), (values) => {
      const sum = sumOf(values);
      for (const value of values) sum.add(-value);
      assert.deepEqual(sum.parts, []);
    }),
  );
});

test("integer products are exact to the last digit (against BigInt)", () => {
  const integer = fc.maxSafeInteger();
  fc.assert(
    fc.property(fc.array(fc.tuple(integer, integer), { maxLength: 20 }), (pairs) => {
      const sum = new ExactSum();
      for (const [left, right] of pairs) sum.addProduct(left, right);
      const exact = pairs.reduce((total, [left, right]) => total + BigInt(left) * BigInt(right), 0n);
      assert.equal(
        sum.parts.reduce((total, part) => total + BigInt(part), 0n),
        exact,
      );
      assert.equal(sum.value, Number(exact));
    }),
  );
});

test("a copy made of the parts goes on as the original would", () => {
  fc.assert(
    fc.property(fc.array(finite), fc.array(finite), (before, after) => {
      const copy = new ExactSum([...sumOf(before).parts]);
      for (const value of after) copy.add(value);
      assert.equal(copy.value, sumOf([...before, ...after]).value);
    }),
  );
});

test("the mean of equal values is that value, and their deviations are 0", () => {
  fc.assert(
    fc.property(notTiny, fc.integer({ min: 1, max: 200 }), (value, count) => {
      const sum = sumOf(Array.from({ length: count }, () => value));
      const squares = new ExactSum();
      for (let index = 0; index < count; index++) squares.addProduct(value, value);
      assert.equal(meanOf(count, sum), value + 0);
      assert.equal(squaredDeviationsOf(count, squares, sum), 0);
    }),
  );
});
