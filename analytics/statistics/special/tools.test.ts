import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose } from "../testing/golden.ts";
import { CounterRandom, findRoot, gaussLegendre, integrate } from "./special.ts";

test("a rule of n nodes integrates polynomials up to degree 2n − 1 exactly", () => {
  for (const count of [1, 2, 5, 16, 24, 64]) {
    const { nodes, weights } = gaussLegendre(count);
    for (const degree of [0, 1, 2 * count - 2, 2 * count - 1]) {
      const sum = nodes.reduce((total, node, index) => total + (weights[index] ?? 0) * node ** degree, 0);
      assertClose(
        sum,
        degree % 2 === 0 ? 2 / (degree + 1) : 0,
        1e-13,
        `${count} nodes, degree ${degree}`,
        1e-14,
      );
    }
  }
});

test("panels integrate a smooth function to the last digits", () => {
  assertClose(integrate(Math.exp, -2, 3), Math.exp(3) - Math.exp(-2), 1e-14);
});

test("a root is found to the last bits, and none where the sign does not change", () => {
  assertClose(
    findRoot((x) => x * x - 2, 0, 2),
    Math.SQRT2,
    1e-15,
  );
  assertClose(
    findRoot((x) => Math.log(x) + 600, 1e-300, 1),
    Math.exp(-600),
    1e-9,
  );
  assert.equal(
    findRoot((x) => x - 1, 1, 5),
    1,
  );
  assert.equal(
    findRoot((x) => x * x + 1, -1, 1),
    undefined,
  );
  assert.equal(
    findRoot(() => Number.NaN, -1, 1),
    undefined,
  );
});

test("chance is Philox 2×32 with ten rounds: its published first numbers", () => {
  const bits = 0xff1dae59 * 2 ** 20 + (0x6cd10df2 >>> 12);
  assert.equal(new CounterRandom(0).fraction(), (bits + 0.5) / 2 ** 52);
});

test("a stream is a function of its seed and number, and differs from others", () => {
  const numbers = (seed: number, stream: number): number[] => {
    const random = new CounterRandom(seed, stream);
    return Array.from({ length: 3 }, () => random.fraction());
  };
  assert.deepEqual(numbers(1, 2), numbers(1, 2));
  assert.notDeepEqual(numbers(1, 2), numbers(2, 1));
  assert.notDeepEqual(numbers(1, 2), numbers(1, 3));
});

test("normal chance has mean 0, variance 1 and normal tails", () => {
  const random = new CounterRandom(5);
  const count = 50_000;
  let [sum, squares, beyond] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const z = random.normal();
    sum += z;
    squares += z * z;
    if (Math.abs(z) > 1.959963984540054) beyond++;
  }
  assertClose(sum / count, 0, 0, "mean", 0.02);
  assertClose(squares / count, 1, 0.03, "variance");
  assertClose(beyond / count, 0.05, 0.08, "tails");
});
