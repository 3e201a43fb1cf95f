import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, below, jsonOf, median, tableOf } from "./report.ts";
import type { BenchReport } from "./report.ts";

const report: BenchReport = {
  name: "example",
  rows: [
    { case: "limit", value: 100_000, unit: "asks/s" },
    { case: "ours", value: 60_000, unit: "asks/s", ratio: 0.6, against: "limit", goal: atLeast(0.6, 0.7) },
    { case: "pause", value: 120, unit: "ms", goal: below(120, 200) },
  ],
  notes: ["made up"],
};

test("a table says of each goal whether it is met, and of rows without one nothing", () => {
  assert.deepEqual(tableOf(report).split("\n"), [
    "# example",
    "case    value  unit    ratio          goal",
    "limit   100 k  asks/s",
    "ours   60.0 k  asks/s  0.600 × limit  ≥ 0.7 MISSED",
    "pause     120  ms                     < 200 met",
    "· made up",
    "",
  ]);
});

test("a report without goals has no column for them", () => {
  assert.ok(!tableOf({ ...report, rows: report.rows.slice(0, 1) }).includes("goal"));
});

test("JSON holds what the table shows, for programs", () => {
  assert.deepEqual(JSON.parse(jsonOf(report)), JSON.parse(JSON.stringify(report)));
});

test("the median of nothing is no number", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.ok(Number.isNaN(median([])));
});
