import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { excerptOf } from "./excerpt.ts";
import { firstDifference } from "./first-difference.ts";
import { digestOf } from "./state-digest.ts";

const anything = fc.anything({
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withDate: true,
  withBigInt: true,
});

test("an excerpt is JSON of at most the given size, whatever the value", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const excerpt = excerptOf(value, 300);
      assert.ok(Buffer.byteLength(JSON.stringify(excerpt.value)) <= 300);
      assert.deepEqual(JSON.parse(JSON.stringify(excerpt.value)), excerpt.value);
    }),
  );
});

test("a small state is shown whole: maps by key, sets and typed arrays as lists", () => {
  const state = {
    by: new Map([["a", 1]]),
    seen: new Set([1, 2]),
    sums: Float64Array.of(0.5),
    none: undefined,
  };
  const shown = { by: { a: 1 }, seen: [1, 2], sums: [0.5] };
  assert.deepEqual(excerptOf(state, 10_000), { value: shown, cut: false });
  assert.deepEqual(excerptOf(new Map([[1, "x"]]), 100), { value: [[1, "x"]], cut: false });
  assert.deepEqual(excerptOf(Number.NaN, 100), { value: "NaN", cut: false });
});

test("a large state is an outline that says how much is missing", () => {
  const state = { items: Array.from({ length: 100_000 }, (_, id) => ({ id })), note: "x".repeat(100_000) };
  const { value, cut } = excerptOf(state, 20_000);
  assert.ok(cut);
  const { items, note } = value as { items: unknown[]; note: string };
  assert.deepEqual(items[0], { id: 0 });
  assert.match(String(items.at(-1)), /^… [\d]+ more$/);
  assert.match(note, /more characters$/);
});

test("a value that holds itself is cut, not followed for ever", () => {
  const state: Record<string, unknown> = { name: "a" };
  state["self"] = state;
  assert.ok(excerptOf(state, 1_000).cut);
});

test("equal values have equal digests and no difference; a clone is equal", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const clone: unknown = structuredClone(value);
      assert.equal(digestOf(clone), digestOf(value));
    }),
  );
});

test("the order of an object's members does not matter, that of a map's does", () => {
  assert.equal(digestOf({ a: 1, b: undefined, c: [2] }), digestOf({ c: [2], a: 1 }));
  assert.equal(firstDifference({ a: 1, b: undefined }, { a: 1 }), undefined);
  const [one, other] = [new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])]; // prettier-ignore
  assert.notEqual(digestOf(one), digestOf(other));
  assert.equal(firstDifference({ one }, { one: other })?.path, "one.keys[0]");
});

test("the first difference has a path that a person would write", () => {
  const cases: [unknown, unknown, string][] = [
    [1, 2, ""],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, "a.b[1]"],
    [[1, 2], [1], "[1]"],
    [{ m: new Map([["x", { n: 1 }]]) }, { m: new Map([["x", { n: 2 }]]) }, "m{x}.n"],
    [{ s: new Set([1]) }, { s: new Set([2]) }, "s[0]"],
    [{ f: Float64Array.of(1, 2) }, { f: Float64Array.of(1, 2.5) }, "f[1]"],
    [{ d: new Date(1) }, { d: new Date(2) }, "d"],
    [{ x: [] }, { x: {} }, "x"],
    [0, -0, ""],
  ];
  for (const [one, other, path] of cases) {
    assert.equal(firstDifference(one, other)?.path, path);
    assert.notEqual(digestOf(one), digestOf(other));
  }
});
