import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { referenceCases } from "./case.ts";
import { mismatchesOf } from "./compare.ts";
import { runCase } from "./run.ts";

for (const name of ["statistics", "special-functions"]) {
  const file = new URL(`../../golden/reference/${name}.json`, import.meta.url);
  const byMethod = Map.groupBy(referenceCases(readFileSync(file, "utf8")), ({ method }) => method);
  for (const [method, cases] of byMethod) {
    test(`${method} agrees with the reference`, () => {
      for (const one of cases) assert.deepEqual(runCase(one).mismatches, [], one.id);
    });
  }
}

test("a number passes within rel of the expected one or within abs, and not beyond both", () => {
  const tolerance = { rel: 0.01, abs: 0.5 };
  assert.deepEqual(mismatchesOf({ a: 101, b: 0.4 }, { a: 100, b: 0 }, tolerance), []);
  assert.equal(mismatchesOf({ a: 102 }, { a: 100 }, tolerance).length, 1);
});

test("NaN and the infinities are answers like others, as numbers or words", () => {
  const tolerance = { rel: 1e-9, abs: 0 };
  const expected = ["NaN", "Infinity", "-Infinity"];
  assert.deepEqual(mismatchesOf([Number.NaN, Infinity, -Infinity], expected, tolerance), []);
  assert.equal(mismatchesOf([0, 1e308, Infinity], expected, tolerance).length, 3);
});

test("an expected key that is not answered, and a list of another length, are mismatches", () => {
  const tolerance = { rel: 1, abs: 1 };
  assert.deepEqual(
    mismatchesOf({ list: [1], more: 1 }, { list: [1, 2], missing: 1 }, tolerance).map(({ path }) => path),
    ["list", "missing"],
  );
});

test("a method nobody answers, and one that cannot read its input, fail the case", () => {
  const common = { id: "x", expected: { value: 1 }, tolerance: { rel: 0, abs: 0 } };
  assert.match(runCase({ ...common, method: "voodoo", input: {} }).mismatches[0] ?? "", /no method/);
  assert.equal(runCase({ ...common, method: "special:t_cdf", input: "text" }).mismatches.length, 1);
});
