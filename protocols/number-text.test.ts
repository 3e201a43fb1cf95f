import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countText,
  dayText,
  instantText,
  intervalText,
  percentText,
  pValueText,
  shareText,
  valueText,
} from "./number-text.ts";

test("a value shows two digits of its uncertainty", () => {
  assert.equal(valueText(1.4226167, { uncertainty: 0.2 }), "1.42");
  assert.equal(valueText(1.4226167, { uncertainty: 0.00031 }), "1.42262");
  assert.equal(valueText(123456.789, { uncertainty: 850 }), "123,457");
  assert.equal(valueText(-0.0476, { uncertainty: 0.0123 }), "\u22120.048");
});

test("without one it shows four significant digits", () => {
  assert.equal(valueText(0.12345678), "0.1235");
  assert.equal(valueText(1_234_567.8), "1,234,568");
  assert.equal(valueText(0), "0");
});

test("huge and tiny values keep their digits", () => {
  assert.equal(valueText(1.5e15, { uncertainty: 2e13 }), "1.5e+15");
  assert.equal(valueText(-3e-15), "\u22123.00e-15");
  assert.equal(valueText(3e-15, { sign: true }), "+3.00e-15");
});

test("a value that rounds to zero has no sign", () => {
  assert.equal(valueText(-0.0001, { uncertainty: 1 }), "0.0");
  assert.equal(valueText(0.0001, { uncertainty: 1, sign: true }), "0.0");
});

test("an interval is rounded by its own width", () => {
  assert.equal(intervalText([-0.0123456, 0.0454]), "\u22120.012 to +0.045");
  assert.equal(intervalText([0.0423, 0.6001], "percent"), "+4\u00a0% to +60\u00a0%");
  assert.equal(intervalText([0.0005, 0.0058], "points"), "+0.05\u00a0pp to +0.58\u00a0pp");
  assert.equal(intervalText([2, 2]), "+2.000 to +2.000");
});

test("an end that is not 0 is not shown as 0", () => {
  assert.equal(intervalText([0.0042, 0.8361]), "+0.004 to +0.836");
  assert.equal(intervalText([-0.84, -0.00042]), "\u22120.8400 to \u22120.0004");
  assert.equal(intervalText([0, 0.84]), "0 to +0.84");
  assert.equal(intervalText([1e-12, 1]), "+1e-12 to +1.00");
});

test("a p-value is never shown as nothing", () => {
  assert.equal(pValueText(0.04999), "0.0500");
  assert.equal(pValueText(0.00001), "1.00e-5");
  assert.equal(pValueText(3.1764e-44), "3.18e-44");
  assert.equal(pValueText(5e-324), "< 1e-300");
  assert.equal(pValueText(1), "1.0000");
});

test("counts, shares and times read as in English", () => {
  assert.equal(countText(64_000), "64,000");
  assert.equal(percentText(0.3333), "33.33\u00a0%");
  assert.equal(shareText(0.5), "50\u00a0%");
  assert.equal(shareText(0), "0\u00a0%");
  assert.equal(shareText(1), "100\u00a0%");
  assert.equal(shareText(0.000_398_8), "0.03988\u00a0%");
  assert.equal(shareText(0.125), "12.5\u00a0%");
  assert.equal(instantText(Date.UTC(2026, 10, 21, 22, 30)), "2026-11-21 22:30 UTC");
  assert.equal(dayText(20_000), "2024-10-04");
});
