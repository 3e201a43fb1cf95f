import assert from "node:assert/strict";
import { test } from "node:test";
import { hash64 } from "../../protocols/hash64.ts";
import { RecentIds } from "./recent-ids.ts";

const content = hash64("said");
const idOf = (number: number): ReturnType<typeof hash64> => hash64(`id-${number}`);

test("the latest ids are known, with the batch that carried them, and the oldest are forgotten", () => {
  const recent = new RecentIds(1_000);
  for (let number = 1; number <= 2_500; number++) recent.set(idOf(number), content, number);
  for (let number = 1_001; number <= 2_500; number++)
    assert.deepEqual(recent.find(idOf(number), content), { batch: number, same: true }, `${number}`);
  assert.equal(recent.find(idOf(1), content), undefined);
  assert.equal(recent.find(idOf(1_000), content), undefined);
});

test("an id that says something else is told apart, and the newer word takes its place", () => {
  const recent = new RecentIds();
  recent.set(idOf(1), content, 7);
  assert.deepEqual(recent.find(idOf(1), hash64("other")), { batch: 7, same: false });
  recent.set(idOf(1), hash64("other"), 8);
  assert.deepEqual(recent.find(idOf(1), hash64("other")), { batch: 8, same: true });
});
