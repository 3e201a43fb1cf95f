import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { monthOf, timeMax, timeMin } from "./month.ts";

const byDate = (ts: number): number => {
  const date = new Date(ts);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
};

test("a time's month is its date's month", () => {
  fc.assert(
    fc.property(fc.integer({ min: timeMin, max: timeMax }), (ts) => assert.equal(monthOf(ts), byDate(ts))),
  );
});

test("each month of four centuries begins with its first millisecond", () => {
  for (let month = 0; month < 4_800; month++) {
    const start = Date.UTC(1900, month, 1);
    assert.equal(monthOf(start), byDate(start));
    if (month > 0) assert.equal(monthOf(start - 1), byDate(start - 1));
  }
  assert.equal(monthOf(timeMax), 229_912);
});
