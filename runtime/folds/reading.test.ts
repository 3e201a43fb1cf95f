import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochMs } from "../../protocols/time.ts";
import type { StreamBounds, StreamMessage } from "../ports/connection.ts";
import { Reading } from "./reading.ts";

const message = (sequence: number, time: number): StreamMessage => ({
  sequence,
  time: time as EpochMs,
  subject: "events.a",
  data: new Uint8Array(0),
});
const bounds = (first: number, last: number, createdAt = 100): StreamBounds => ({
  first,
  last,
  createdAt: createdAt as EpochMs,
});
/** Read up to a sequence, whose message was stored at ten times that. */
function readingAt(position: number, { looked = true } = {}): Reading {
  const reading = new Reading();
  reading.restored({ position, time: (position * 10) as EpochMs });
  if (looked) reading.looked(bounds(1, position), position);
  return reading;
}

test("a stream that holds what is unread is whole, whatever was removed before", () => {
  assert.equal(readingAt(50).compare(bounds(1, 90)).kind, "whole");
  assert.equal(readingAt(50).compare(bounds(51, 90)).kind, "whole");
  assert.equal(readingAt(50).compare(bounds(51, 50)).kind, "whole");
});

test("a stream that begins behind what is unread has lost something", () => {
  assert.deepEqual(readingAt(50).compare(bounds(52, 90)), { kind: "purged", from: 51, to: 51 });
  assert.deepEqual(readingAt(50, { looked: false }).compare(bounds(91, 90)), {
    kind: "purged",
    from: 51,
    to: 90,
  });
});

test("what is gone when a fold begins its life is none of its business, unless its snapshots were of no use", () => {
  const fresh = new Reading();
  assert.equal(fresh.compare(bounds(40, 90)).kind, "whole");
  fresh.looked(bounds(40, 90), 0);
  assert.equal(fresh.compare(bounds(40, 90)).kind, "whole");
  assert.deepEqual(fresh.compare(bounds(45, 90)), { kind: "purged", from: 40, to: 44 });
  const rebuilt = new Reading();
  rebuilt.expectAll();
  assert.deepEqual(rebuilt.compare(bounds(40, 90)), { kind: "purged", from: 1, to: 39 });
});

test("a purge that overtook the reader between two looks is seen, though the reader is past it by now", () => {
  const reading = readingAt(50);
  reading.looked(bounds(1, 500), 50);
  reading.counted(message(300, 3_000));
  assert.deepEqual(reading.compare(bounds(250, 500)), { kind: "purged", from: 51, to: 249 });
});

test("what is read while a look is on its way is not vouched for by it, nor by a snapshot", () => {
  const reading = readingAt(50);
  reading.counted(message(300, 3_000)); // what stood before it was purged after the look
  reading.looked(bounds(1, 500), 50);
  assert.deepEqual([reading.position, reading.covered], [300, 50]);
  assert.deepEqual(reading.compare(bounds(250, 500)), { kind: "purged", from: 51, to: 249 });
  const next = new Reading();
  next.restored({ position: 300, time: 3_000 as EpochMs, covered: 50 });
  assert.deepEqual(next.compare(bounds(250, 500)), { kind: "purged", from: 51, to: 249 });
  reading.looked(bounds(250, 500), 300);
  reading.looked(bounds(1, 500), 300); // of a leader that knows less
  assert.equal(reading.compare(bounds(301, 500)).kind, "whole", "said once");
});

test("a quiet fold takes the removal of others' messages for no loss, and its next life neither", () => {
  const reading = readingAt(50);
  reading.looked(bounds(1, 900), 900);
  assert.equal(reading.position, 50);
  assert.equal(reading.compare(bounds(700, 950)).kind, "whole");
  reading.looked(bounds(700, 950), 950);
  assert.equal(reading.position, 950);
  const next = new Reading();
  next.restored({ position: reading.position, time: reading.time as EpochMs });
  assert.equal(next.compare(bounds(800, 1_000)).kind, "whole");
});

test("a stream that ends before the position, or is another one, is rolled back", () => {
  const reading = readingAt(50);
  assert.deepEqual(reading.compare(bounds(1, 40)), { kind: "rolled_back", from: 41, to: 50 });
  assert.equal(reading.compare(bounds(1, 400, 501)).kind, "rolled_back");
  assert.equal(readingAt(50, { looked: false }).compare(bounds(1, 400, 501)).kind, "rolled_back");
  assert.equal(readingAt(50, { looked: false }).compare(bounds(1, 400, 500)).kind, "whole");
  assert.equal(reading.compare(bounds(1, 49), 49).kind, "whole", "the position of before the look counts");
});

test("a replica that names another birth, before what was counted, is of the same stream", () => {
  assert.equal(readingAt(50).compare(bounds(1, 400, 101)).kind, "whole");
  const old = new Reading();
  old.restored({ position: 50 });
  old.looked(bounds(1, 50), 50);
  assert.equal(
    old.compare(bounds(1, 400, 101)).kind,
    "rolled_back",
    "without a time it cannot be told apart",
  );
});

test("a rewind of a fold that counted nothing passes over nothing", () => {
  const fresh = new Reading();
  fresh.rewind(bounds(1, 40));
  assert.equal(fresh.passes(message(1, 10)), false);
});

test("after a rewind what was counted is passed, in whichever order it was removed, and the rest counts", () => {
  const reading = readingAt(50);
  reading.rewind(bounds(1, 40));
  assert.equal(reading.position, 0);
  for (let sequence = 1; sequence <= 40; sequence++)
    assert.ok(reading.passes(message(sequence, sequence * 10)));
  assert.equal(reading.passed, 40);
  const anew = message(41, 505);
  assert.equal(reading.passes(anew), false);
  reading.counted(anew);
  assert.ok(reading.passes(anew), "once");
  assert.deepEqual([reading.position, reading.time], [41, 505]);
});

test("without a time the messages present at the rewind are taken for counted ones", () => {
  const reading = new Reading();
  reading.restored({ position: 50 });
  reading.rewind(bounds(1, 40));
  assert.ok(reading.passes(message(40, 9_999)));
  assert.equal(reading.passes(message(41, 1)), false);
});
