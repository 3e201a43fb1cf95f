import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import type { TableSpec } from "../schema/table.ts";
import { tableKeys, tables } from "../schema/tables.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";

const temporary = await warehouseHere();

/** Within the one month that a block is of, and within what DateTime64(3) can hold. */
const month = { min: Date.UTC(2026, 10, 1), max: Date.UTC(2026, 11, 1) - 1 };
const uint64Max = 2n ** 64n - 1n;
const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: uint64Max }),
  fc.constantFrom(0n, 2n ** 53n + 1n, 2n ** 63n, uint64Max),
);
const float64 = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 2 ** 53 + 2),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom("", "\0", "a\0b", "é🙂", "'\\\n\t", "x".repeat(64), "x".repeat(65), "é".repeat(128)),
);

/** Cells of a type, for a column of the given name. */
function cells(name: string, type: string): fc.Arbitrary<unknown> {
  const inner = /^\w+\((.*)\)$/.exec(type)?.[1] ?? "";
  if (type.startsWith("LowCardinality(")) return cells(name, inner);
  if (type.startsWith("Array(")) return fc.array(cells(name, inner), { maxLength: 4 });
  if (type.startsWith("Nullable(")) return fc.option(cells(name, inner), { nil: null });
  if (type.startsWith("DateTime64(3"))
    return name === "ts" || name === "received_at"
      ? fc.integer(month)
      : fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2299, 11, 31) });
  if (type === "UInt64") return uint64;
  if (type === "UInt32") return fc.integer({ min: 0, max: 2 ** 32 - 1 });
  if (type === "UInt8") return fc.integer({ min: 0, max: 255 });
  if (type === "Float64") return float64;
  assert.equal(type, "String");
  return text;
}

/** Each value as text that tells any two apart. */
const told = (type: string, column: string): string => {
  if (type === "Float64") return `toString(reinterpretAsUInt64(${column}))`;
  if (type === "Nullable(Float64)")
    return `if(isNull(${column}), 'null', toString(reinterpretAsUInt64(assumeNotNull(${column}))))`;
  if (type.startsWith("DateTime64")) return `toString(toUnixTimestamp64Milli(${column}))`;
  if (type.includes("String")) return `hex(${column})`;
  return `toString(${column})`;
};
const column = (name: string, type: string): string =>
  type.startsWith("Array(")
    ? `toString(arrayMap(x -> ${told(type.slice("Array(".length, -1), "x")}, ${name}))`
    : told(type, name);

const doubleBits = new DataView(new ArrayBuffer(8));
function expected(type: string, value: unknown): string {
  if (type.startsWith("Array("))
    return `[${(value as unknown[]).map((each) => `'${expected(type.slice("Array(".length, -1), each)}'`).join(",")}]`;
  if (value === null) return "null";
  if (type.includes("Float64")) {
    doubleBits.setFloat64(0, value as number);
    return String(doubleBits.getBigUint64(0));
  }
  if (type.includes("String"))
    return Buffer.from(value as string)
      .toString("hex")
      .toUpperCase();
  return String(value as number | bigint);
}

for (const key of tableKeys)
  test(`random rows of ${key} come back bit for bit, and are one part`, async () => {
    const { warehouse } = temporary;
    const spec: TableSpec = tables[key];
    // Without merges, which drop rows of equal ids; the insert is the same.
    const copy = { ...spec, name: `default.${key}` };
    const made = await warehouse.command(
      `CREATE TABLE ${copy.name} AS ${spec.name} ENGINE = MergeTree ${
        spec.month === undefined ? "" : `PARTITION BY toYYYYMM(${spec.month}) `
      }ORDER BY tuple()`,
    );
    assert.ok(made.ok, JSON.stringify(made));
    const arbitrary = fc.tuple(...spec.columns.map(([name, type]) => cells(name, type)));
    const rows = fc.sample(arbitrary, 300);
    const inserted = await warehouse.insert(copy, rows);
    assert.ok(inserted.ok, JSON.stringify(inserted));
    const found = await warehouse.query<{ row: string[] }>(
      `SELECT array(${spec.columns.map(([name, type]) => column(name, type)).join(", ")}) AS row FROM ${copy.name}`,
    );
    assert.ok(found.ok, JSON.stringify(found));
    const wanted = rows.map((row) => spec.columns.map(([, type], place) => expected(type, row[place])));
    assert.deepEqual(
      found.value.map(({ row }) => row),
      wanted,
    );
    const parts = await warehouse.query<{ n: string }>(
      "SELECT count() AS n FROM system.parts WHERE active AND concat(database, '.', table) = {name:String}",
      { name: copy.name },
    );
    assert.deepEqual(parts, { ok: true, value: [{ n: "1" }] });
  });
