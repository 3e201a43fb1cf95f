import { assert } from "../../protocols/assert.ts";
import { isHash64 } from "../../protocols/hash64.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { isNumberType, widths } from "./widths.ts";
import type { NumberType } from "./widths.ts";

// A column's values in ClickHouse's Native format, by the type's name.
//   N1. What is absent is the type's zero, as in the JSON formats: a record of an older form says less.
//   N2. What is of another kind is refused, by a reason that holds nothing of the value: it may be personal.

/** A value that its column cannot hold. */
export class Misfit extends Error {
  override readonly name = "Misfit";
}

const dayMs = 86_400_000;

type Cells = readonly unknown[];

/** Dictionaries are made by the engine, which takes as long for either form. */
export const sentType = (type: string): string => type.replaceAll(/LowCardinality\(([^()]*)\)/g, "$1");

/** `type` without dictionaries. */
export function writeColumn(writer: ByteWriter, type: string, cells: Cells): void {
  if (isNumberType(type)) return writeNumbers(writer, type, cells);
  if (type === "String") return writeTexts(writer, cells);
  if (type.startsWith("DateTime64(3")) return writeTimes(writer, cells);
  if (type === "Date") return writeDates(writer, cells);
  const [, outer, inner = ""] = /^(Nullable|Array)\((.*)\)$/.exec(type) ?? [];
  if (outer === "Nullable") return writeNullable(writer, inner, cells);
  assert(outer === "Array", `a column of ${type} is none that is written`);
  writeArrays(writer, inner, cells);
}

function writeNumbers(writer: ByteWriter, type: NumberType, cells: Cells): void {
  const { view, at } = writer.room(cells.length * widths[type]);
  const write = numberWriters[type];
  write(view, at, cells);
}

const numberWriters: Readonly<Record<NumberType, (view: DataView, at: number, cells: Cells) => void>> = {
  UInt8(view, at, cells) {
    for (let index = 0; index < cells.length; index++)
      view.setUint8(at + index, wholeOf(cells[index], 0xff, "UInt8"));
  },
  UInt32(view, at, cells) {
    for (let index = 0; index < cells.length; index++)
      view.setUint32(at + 4 * index, wholeOf(cells[index], 0xffff_ffff, "UInt32"), true);
  },
  Float64(view, at, cells) {
    for (let index = 0; index < cells.length; index++) {
      const value = cells[index] ?? 0; // N1
      if (typeof value !== "number") throw misfit(value, "Float64");
      view.setFloat64(at + 8 * index, value, true);
    }
  },
  UInt64(view, at, cells) {
    for (let index = 0; index < cells.length; index++) {
      const value = cells[index];
      const start = at + 8 * index;
      if (isHash64(value)) {
        view.setUint32(start, value.low, true);
        view.setUint32(start + 4, value.high, true);
      } else if (typeof value === "bigint" || typeof value === "string") {
        view.setBigUint64(start, wideOf(value), true);
      } else {
        const whole = wholeOf(value, 2 ** 64, "UInt64");
        if (whole === 2 ** 64) throw misfit(value, "UInt64");
        setWhole(view, start, whole);
      }
    }
  },
};

function wideOf(value: bigint | string): bigint {
  if (typeof value === "string" && !/^\d{1,20}$/.test(value)) throw misfit(value, "UInt64");
  const wide = BigInt(value);
  if (wide !== BigInt.asUintN(64, wide)) throw misfit(value, "UInt64");
  return wide;
}

function wholeOf(value: unknown, max: number, type: string): number {
  if (value === undefined || value === null) return 0; // N1
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max)
    throw misfit(value, type);
  return value;
}

/** A whole number as 64 bits, negative ones in two's complement. */
function setWhole(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  view.setUint32(at, value - high * 2 ** 32, true);
  view.setUint32(at + 4, high, true); // taken modulo 2^32
}

function writeTimes(writer: ByteWriter, cells: Cells): void {
  const { view, at } = writer.room(cells.length * 8);
  for (let index = 0; index < cells.length; index++) {
    const value = cells[index] ?? 0; // N1
    if (!Number.isSafeInteger(value)) throw misfit(value, "time in milliseconds");
    setWhole(view, at + 8 * index, value as number);
  }
}

/** Days since the epoch, from text like 2026-11-22. */
function writeDates(writer: ByteWriter, cells: Cells): void {
  const { view, at } = writer.room(cells.length * 2);
  for (let index = 0; index < cells.length; index++) {
    const value = cells[index];
    const day = typeof value === "string" ? Date.parse(`${value}T00:00:00Z`) / dayMs : (value ?? 0); // N1
    view.setUint16(at + 2 * index, wholeOf(day, 0xffff, "Date"), true);
  }
}

function writeTexts(writer: ByteWriter, cells: Cells): void {
  for (let index = 0; index < cells.length; index++) {
    const value = cells[index] ?? ""; // N1
    if (typeof value !== "string") throw misfit(value, "String");
    writer.text(value);
  }
}

/** Which are null, a byte each, then the values. */
function writeNullable(writer: ByteWriter, type: string, cells: Cells): void {
  const { view, at } = writer.room(cells.length);
  for (let index = 0; index < cells.length; index++)
    view.setUint8(at + index, Number(cells[index] === undefined || cells[index] === null));
  writeColumn(writer, type, cells);
}

/** Where each ends, then the members of all. */
function writeArrays(writer: ByteWriter, type: string, cells: Cells): void {
  const { view, at } = writer.room(cells.length * 8);
  let end = 0;
  for (let index = 0; index < cells.length; index++) {
    const value = cells[index] ?? []; // N1
    if (!Array.isArray(value)) throw misfit(value, "Array");
    setWhole(view, at + 8 * index, (end += value.length));
  }
  writeColumn(
    writer,
    type,
    cells.flatMap((value) => (value ?? []) as unknown[]),
  );
}

/** N2 */
const misfit = (value: unknown, type: string): Misfit =>
  new Misfit(`a ${typeof value}${typeof value === "number" ? " out of range" : ""} is no ${type}`);
