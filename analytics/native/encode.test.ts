import assert from "node:assert/strict";
import { test } from "node:test";
import { hash64Of } from "../../protocols/hash64.ts";
import { fc } from "../../protocols/testing/properties.ts";
import { NativeBlocks } from "../rows/native.ts";
import { NativeEncoder } from "./encode.ts";
import type { ColumnType } from "./encode.ts";

type Rows = readonly (readonly unknown[])[];

function encoded(columns: readonly ColumnType[], rows: Rows, encoder = new NativeEncoder()): Buffer {
  const answer = encoder.encode(columns, rows);
  assert.ok(answer.ok, JSON.stringify(answer));
  return Buffer.from(answer.value);
}

const again = new NativeEncoder();
const one = (type: string, value: unknown): Buffer => encoded([["x", type]], [[value]], again);

test("the reader of columns reads what was written", () => {
  const columns = [
    ["a", "UInt8"],
    ["b", "UInt64"],
    ["c", "Float64"],
  ] as const;
  const row = fc.tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.double(),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const [block] = new NativeBlocks().of(encoded(columns, rows));
      const [a, b, c] = (block?.columns ?? []).map(({ bytes }) => Uint8Array.from(bytes));
      const read = [
        [...(a ?? [])],
        [...new BigUint64Array(b?.buffer ?? new ArrayBuffer())],
        [...new Float64Array(c?.buffer ?? new ArrayBuffer())],
      ];
      assert.deepEqual(
        read,
        [0, 1, 2].map((place) => rows.map((each) => each[place])),
      );
    }),
  );
});

test("a number of 64 bits is the same as two words, a bigint, decimal text or a whole number", () => {
  const wide = 2n ** 64n - 1n;
  for (const [number, forms] of [
    [wide, [hash64Of(wide), wide.toString()]],
    [2n ** 53n + 1n, [hash64Of(2n ** 53n + 1n), "9007199254740993"]],
    [2n ** 40n, [hash64Of(2n ** 40n), 2 ** 40, "1099511627776"]],
    [0n, [hash64Of(0n), 0, "0", undefined]],
  ] as const)
    for (const form of forms) assert.deepEqual(one("UInt64", form), one("UInt64", number));
});

test("text of any length and alphabet is its length and its bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const bytes = Buffer.from(text);
      const length =
        bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, Math.floor(bytes.length / 128)];
      const head = Buffer.from([1, 1, 1, 0x78, 6, ...Buffer.from("String"), ...length]);
      assert.deepEqual(one("String", text), Buffer.concat([head, bytes]));
    }),
  );
});

test("dictionaries are sent as their values, times as milliseconds, dates as days", () => {
  assert.deepEqual(one("LowCardinality(String)", "a"), one("String", "a"));
  assert.ok(one("Array(LowCardinality(String))", ["a"]).includes("Array(String)"));
  assert.equal(one("DateTime64(3, 'UTC')", -1).subarray(-8).readBigInt64LE(), -1n);
  assert.equal(one("Date", "1970-02-01").subarray(-2).readUInt16LE(), 31);
});

test("what is absent is its type's zero, and null where that is possible", () => {
  for (const [type, zero] of [
    ["UInt8", 0],
    ["UInt32", 0],
    ["UInt64", 0],
    ["Float64", 0],
    ["String", ""],
    ["Date", 0],
    ["DateTime64(3, 'UTC')", 0],
    ["Array(String)", []],
    ["Nullable(Float64)", null],
  ] as const)
    for (const absent of [undefined, null]) assert.deepEqual(one(type, absent), one(type, zero), type);
});

for (const [type, value] of [
  ["UInt8", 256],
  ["UInt8", "1"],
  ["UInt32", -1],
  ["UInt32", 0.5],
  ["UInt64", 2 ** 64],
  ["UInt64", 2n ** 64n],
  ["UInt64", "18446744073709551616"],
  ["UInt64", "x"],
  ["UInt64", -1n],
  ["Float64", "1.5"],
  ["String", 7],
  ["DateTime64(3, 'UTC')", 0.5],
  ["DateTime64(3, 'UTC')", Number.NaN],
  ["Date", "soon"],
  ["Array(String)", "a"],
  ["Array(String)", [1]],
  ["Nullable(Float64)", "private"],
] as const)
  test(`a block with ${typeof value} ${String(value)} for ${type} is refused, by a reason without the value`, () => {
    const columns = [["x", type]] as const;
    const answer = new NativeEncoder().encode(columns, [[undefined], [value]]);
    assert.ok(!answer.ok && answer.failure.code === "warehouse_refused");
    assert.match(answer.failure.reason, /^column x: /);
    assert.ok(!answer.failure.reason.includes("private"));
  });

test("an encoder that is used again, also after a refusal and a larger block, writes the same bytes", () => {
  const encoder = new NativeEncoder();
  const columns = [
    ["name", "String"],
    ["n", "UInt64"],
  ] as const;
  const rows = [
    ["é", 1],
    ["b", 2],
  ] as const;
  const first = encoded(columns, rows, encoder);
  assert.ok(!encoder.encode(columns, [[1, 1]]).ok);
  const large = Array.from({ length: 100 }, (_, index) => ["x".repeat(200_000), index]);
  assert.ok(encoded(columns, large, encoder).equals(encoded(columns, large)));
  assert.deepEqual(encoded(columns, rows, encoder), first);
});
