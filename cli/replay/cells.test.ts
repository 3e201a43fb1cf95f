import assert from "node:assert/strict";
import { test } from "node:test";
import { binaryCell, countCell, numberCell, timeCell } from "./cells.ts";

const numbers: readonly (readonly [string, number | undefined])[] = [
  ["1", 1],
  ["-2.50", -2.5],
  ["+3", 3],
  [".5", 0.5],
  ["5.", 5],
  ["1e3", 1_000],
  [" 7 ", 7],
  ["0", 0],
  ["-0.0", -0],
  ["", undefined],
  ["  ", undefined],
  ["NaN", undefined],
  ["nan", undefined],
  ["Infinity", undefined],
  ["1e999", undefined],
  ["0x10", undefined],
  ["1,234", undefined],
  ["12 EUR", undefined],
  ["null", undefined],
  ["1_000", undefined],
  ["--1", undefined],
];
for (const [text, value] of numbers)
  test(`'${text}' as a number is ${value === undefined ? "malformed" : value}`, () =>
    assert.equal(numberCell(text), value));

const binaries: readonly (readonly [string, boolean | undefined])[] = [
  ["1", true],
  ["0", false],
  ["true", true],
  ["FALSE", false],
  ["1.0", true],
  [" 0 ", false],
  ["", undefined],
  ["2", undefined],
  ["-1", undefined],
  ["yes", undefined],
  ["NaN", undefined],
];
for (const [text, value] of binaries)
  test(`'${text}' as binary is ${value === undefined ? "malformed" : value}`, () =>
    assert.equal(binaryCell(text), value));

const counts: readonly (readonly [string, number | undefined])[] = [
  ["0", 0],
  ["12", 12],
  ["1000", 1_000],
  ["3.0", 3],
  ["1001", undefined],
  ["-1", undefined],
  ["2.5", undefined],
  ["", undefined],
];
for (const [text, value] of counts)
  test(`'${text}' as a count is ${value === undefined ? "malformed" : value}`, () =>
    assert.equal(countCell(text), value));

const noon = Date.UTC(2024, 0, 31, 12);
const times: readonly (readonly [string, number | undefined])[] = [
  ["2024-01-31T12:00:00Z", noon],
  ["2024-01-31 12:00:00", noon],
  ["2024-01-31T12:00", noon],
  ["2024-01-31T14:00:00+02:00", noon],
  ["2024-01-31T14:00:00+0200", noon],
  ["2024-01-31T12:00:00.000Z", noon],
  ["2024-01-31", Date.UTC(2024, 0, 31)],
  [String(noon), noon],
  [String(noon / 1_000), noon],
  [`${noon / 1_000}.25`, noon + 250],
  ["", undefined],
  ["31.01.2024", undefined],
  ["01/31/2024", undefined],
  ["yesterday", undefined],
  ["2024-13-01", undefined],
  ["1e300", undefined],
];
for (const [text, value] of times)
  test(`'${text}' as a time is ${value === undefined ? "malformed" : new Date(value).toISOString()}`, () =>
    assert.equal(timeCell(text), value));
