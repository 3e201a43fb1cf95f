import assert from "node:assert/strict";
import { test } from "node:test";
import { removableAt } from "./policy.ts";

const day = 24 * 3_600_000;
const aside = { name: "warehouse.broken-1", at: 10 * day };
const terms = { setAsideDays: 7, retentionDays: 400 };
const refill = { targets: { events: 5 }, since: 10 * day + 1, isPartial: false };
const now = { nowMs: 11 * day, isLevel: true, recoveredMs: 11 * day, refill, isDeletionWaiting: false };
const daysOf = (change: Partial<typeof now> | { refill: undefined }): number | undefined => {
  const at = removableAt(aside, terms, { ...now, ...change });
  return at === undefined ? undefined : (at - aside.at) / day;
};

test("what the streams gave back stays for the stated days, and not for a deletion", () => {
  assert.equal(daysOf({}), 7);
  assert.equal(daysOf({ isDeletionWaiting: true }), 0);
});

test("what the streams no longer had stays as long as its rows, and for the stated days in spite of a deletion", () => {
  const isPartial = { ...refill, isPartial: true };
  assert.equal(daysOf({ refill: isPartial }), 400);
  assert.equal(daysOf({ refill: isPartial, isDeletionWaiting: true }), 7);
});

test("of what an older version set aside nobody knows what came back", () => {
  assert.equal(daysOf({ refill: undefined }), 400);
  assert.equal(daysOf({ refill: { ...refill, since: 9 * day } }), 400);
});

test("nothing goes while rows are written again, or before anybody looked whether some are missing", () => {
  assert.equal(daysOf({ isLevel: false, isDeletionWaiting: true }), undefined);
  assert.equal(daysOf({ refill: undefined, recoveredMs: 9 * day, isDeletionWaiting: true }), undefined);
  assert.equal(daysOf({ recoveredMs: 9 * day }), 7, "it was missed by this very process");
});
