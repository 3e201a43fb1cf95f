import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { EpochMs } from "../../protocols/time.ts";
import { seededRandom, type AppendOutcome, type Clock } from "../../runtime/index.ts";
import { batchEventsMax, Batcher, batchMsMin, inFlightBytesMax } from "./batcher.ts";

const environment = "test" as EnvironmentKey;

/** Time that passes when somebody sleeps. */
function fakeClock(): Clock {
  let nowMs = 0;
  return {
    now: () => EpochMs.parse(nowMs),
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      await new Promise(setImmediate);
      nowMs += ms;
    },
    turn: () => new Promise(setImmediate),
  };
}

function bench(answers: (attempt: number) => AppendOutcome): {
  batcher: Batcher;
  ids: string[];
  sizes: number[];
} {
  const ids: string[] = [];
  const sizes: number[] = [];
  const append = async (
    _subject: string,
    data: Uint8Array,
    { messageId }: { messageId: string },
  ): Promise<AppendOutcome> => {
    ids.push(messageId);
    sizes.push(data.length);
    return answers(ids.length);
  };
  return { batcher: new Batcher(append, fakeClock(), seededRandom(1)), ids, sizes };
}

test("a lost answer is asked for again under the same message id", async () => {
  const { batcher, ids } = bench((attempt) =>
    attempt < 4 ? { kind: "unavailable", reason: "x" } : { kind: "stored", sequence: 1 },
  );
  const batch = batcher.add(environment, 0, "line");
  assert.deepEqual(await batch.outcome, { ok: true });
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 1);
});

test("after ten seconds without a word the batch is given back as overload, and its bytes are free", async () => {
  const { batcher } = bench(() => ({ kind: "unavailable", reason: "x" }));
  const batch = batcher.add(environment, 0, "line");
  assert.ok(batcher.inFlightBytes > 0);
  assert.deepEqual(await batch.outcome, { ok: false, failure: { code: "overloaded", retryAfterMs: 1_000 } });
  assert.equal(batcher.inFlightBytes, 0);
});

test("a full stream is said at once", async () => {
  const { batcher, ids } = bench(() => ({ kind: "full" }));
  const outcome = await batcher.add(environment, 0, "line").outcome;
  assert.ok(!outcome.ok && outcome.failure.code === "stream_full");
  assert.equal(ids.length, 1);
});

test("a batch leaves at 500 events, and partitions do not mix", async () => {
  const { batcher, ids } = bench(() => ({ kind: "stored", sequence: 1 }));
  const first = batcher.add(environment, 0, "line");
  const other = batcher.add(environment, 1, "line");
  assert.notEqual(first, other);
  for (let count = 1; count < batchEventsMax; count++)
    assert.equal(batcher.add(environment, 0, "line"), first);
  assert.notEqual(batcher.add(environment, 0, "line"), first);
  await batcher.flush();
  assert.equal(ids.length, 3);
});

test("a quiet partition's batch leaves soon; behind one that is under way the next gathers, and leaves with its answer", async () => {
  const clock = fakeClock();
  const sent: { readonly at: number; readonly lines: number }[] = [];
  const answers: ((outcome: AppendOutcome) => void)[] = [];
  const append = (_subject: string, data: Uint8Array): Promise<AppendOutcome> => {
    sent.push({ at: clock.monotonicMs(), lines: Buffer.from(data).toString().split("\n").length });
    return new Promise((resolve) => answers.push(resolve));
  };
  const batcher = new Batcher(append, clock, seededRandom(1));
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await clock.turn();
  };
  batcher.add(environment, 0, "first");
  await turns();
  assert.deepEqual(sent, [{ at: batchMsMin, lines: 1 }]);
  const second = batcher.add(environment, 0, "second");
  batcher.add(environment, 0, "third");
  await clock.sleep(batchMsMin);
  assert.equal(sent.length, 1, "it waits for the first");
  answers[0]?.({ kind: "stored", sequence: 1 });
  await turns();
  assert.equal(sent[1]?.lines, 2);
  answers[1]?.({ kind: "stored", sequence: 2 });
  assert.deepEqual(await second.outcome, { ok: true });
});

test("equal batches have different message ids: the log must not take the second for a repetition", async () => {
  const { batcher, ids } = bench(() => ({ kind: "stored", sequence: 1 }));
  await batcher.add(environment, 0, "line").outcome;
  await batcher.add(environment, 0, "line").outcome;
  assert.equal(new Set(ids).size, 2);
});

test("no batch grows over 256 KB but by one event", async () => {
  const { batcher, sizes } = bench(() => ({ kind: "stored", sequence: 1 }));
  for (let count = 0; count < 40; count++) batcher.add(environment, 0, "x".repeat(20_000));
  await batcher.flush();
  assert.ok(Math.max(...sizes) <= 262_144);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    40 * 20_000 + 40 - sizes.length,
  );
});

test("there is room up to the bound and not above", () => {
  const { batcher } = bench(() => ({ kind: "stored", sequence: 1 }));
  assert.ok(batcher.hasRoomFor(inFlightBytesMax));
  batcher.add(environment, 0, "line");
  assert.ok(!batcher.hasRoomFor(inFlightBytesMax));
});
