import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeadLetter } from "../dead-letters.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { MemorySnapshots } from "../memory/snapshots.ts";
import type { ActorReply } from "../messaging/command.ts";
import { systemClock } from "../ports/clock.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryStream } from "../testing/memory-stream.ts";
import { recordedLog, recordedMetrics } from "../testing/recorded.ts";
import { tally } from "../testing/tally.ts";
import type { TallyAnswer } from "../testing/tally.ts";
import { FoldActor } from "./fold-actor.ts";
import type { AnyFold } from "./fold-actor.ts";

const address = { kind: "tally", key: "a" };
const subject = "events.a";
const lookMs = 3_000;

/** One stream, one store of snapshots, and the lives of one fold over them. */
function world(overrides: Partial<ActorTools> = {}) {
  const clock = new ManualClock();
  const stream = new MemoryStream();
  const snapshots = new MemorySnapshots();
  const log = recordedLog();
  const metrics = recordedMetrics();
  const letters: DeadLetter[] = [];
  const notices: unknown[] = [];
  const tools = memoryTools({
    clock,
    snapshots,
    log,
    metrics,
    reader: stream.reader,
    messaging: { publish: (_subject, data) => void notices.push(data) },
    writer: {
      append: async (_subject, data) => {
        letters.push(JSON.parse(new TextDecoder().decode(data)) as DeadLetter);
        return { kind: "stored", sequence: letters.length };
      },
    },
    ...overrides,
  });
  const live = async (changes: Partial<typeof tally> = {}): Promise<FoldActor> => {
    const fold = new FoldActor({ ...tally, ...changes } as AnyFold, address, tools);
    await clock.pass(0);
    return fold;
  };
  return { clock, stream, snapshots, log, metrics, letters, notices, live };
}

const ask = (fold: FoldActor, message: unknown = {}, v?: number): Promise<ActorReply> =>
  fold.ask({ id: "1", by: "test", message, ...(v === undefined ? {} : { v }) });
async function answerOf(fold: FoldActor): Promise<TallyAnswer> {
  const reply = await ask(fold);
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value as TallyAnswer;
}
const sumOf = async (fold: FoldActor): Promise<number> => (await answerOf(fold)).sum;
const failureOf = async (reply: Promise<ActorReply>): Promise<{ code: string } | undefined> => {
  const got = await reply;
  return got.ok ? undefined : got.failure;
};

test("a fold counts what its subject holds and what comes, and its next life goes on from the snapshot", async () => {
  const { clock, stream, snapshots, metrics, notices, live } = world();
  for (const value of ["1", "2"]) stream.append(subject, value);
  stream.append("events.b", "100");
  const first = await live();
  stream.append(subject, "3");
  await clock.pass(30);
  assert.deepEqual(await answerOf(first), { sum: 6, seen: 3, distinct: 3, position: 4 });
  assert.equal(notices.at(-1), 6);
  await first.stop();
  assert.equal((await snapshots.load(address, 1))?.time, 1_004);
  stream.append(subject, "4");
  const second = await live();
  assert.deepEqual(await answerOf(second), { sum: 10, seen: 4, distinct: 4, position: 5 });
  await clock.pass(lookMs);
  assert.equal(metrics.valueOf("actor_activations_total", { kind: "tally" }), 2);
  assert.equal(metrics.valueOf("fold_messages_total"), 4);
  assert.equal(metrics.valueOf("actor_snapshots_total"), 1);
  await second.stop();
  assert.deepEqual(await ask(second), { ok: false, failure: { code: "moved" } });
});

test("a message that cannot be folded becomes a letter with its reason and stack, and the fold goes on", async () => {
  const { clock, stream, letters, metrics, live } = world();
  for (const value of ["1", "poison", "2"]) stream.append(subject, value);
  const fold = await live();
  await clock.pass(1);
  assert.deepEqual(await answerOf(fold), { sum: 3, seen: 2, distinct: 2, position: 3 });
  const [letter] = letters;
  assert.deepEqual(
    [letter?.what, letter?.reason, letter?.id, letter?.original],
    ["message", "Error: not a number", "a-2", Buffer.from("poison").toString("base64")],
  );
  assert.match(letter?.stack ?? "", /tally\.ts/);
  assert.equal(metrics.valueOf("dead_letters_total", { reason: "message" }), 1);
  await fold.stop();
});

test("a fold that is stopped before its letter is stored keeps no snapshot that covers the message", async () => {
  let stored = false;
  const { clock, stream, snapshots, live } = world({
    writer: {
      append: async () =>
        stored ? { kind: "stored", sequence: 1 } : { kind: "unavailable", reason: "away" },
    },
  });
  for (const value of ["1", "poison", "2"]) stream.append(subject, value);
  const first = await live();
  await first.stop();
  assert.equal((await snapshots.load(address, 1))?.position, undefined);
  stored = true;
  const second = await live();
  await clock.pass(1);
  assert.deepEqual(await answerOf(second), { sum: 3, seen: 2, distinct: 2, position: 3 });
  await second.stop();
});

test("an ask that throws is answered with a reference, notices and snapshots that throw are logged, and the fold follows on", async () => {
  const { clock, stream, log, snapshots, live } = world();
  const broken = (): never => {
    throw new Error("a defect");
  };
  const fold = await live({ encode: broken, notices: broken, snapshotEveryMessages: 1 });
  stream.append(subject, "1");
  await clock.pass(20_000);
  assert.equal((await failureOf(ask(fold, "throw")))?.code, "internal");
  assert.ok(log.count("notices_failed") > 0 && log.count("snapshot_failed") > 0);
  assert.equal(log.count("fold_ask_failed"), 1);
  stream.append(subject, "2");
  await clock.pass(1);
  assert.equal(await sumOf(fold), 3);
  await fold.stop();
  assert.equal(await snapshots.load(address, 1), undefined);
});

test("a message of a newer version is refused by name", async () => {
  const { metrics, live } = world();
  const fold = await live();
  assert.deepEqual(await failureOf(ask(fold, {}, 2)), {
    code: "newer_version",
    what: "message",
    found: 2,
    supported: 1,
  });
  assert.equal(metrics.valueOf("actor_refusals_total", { reason: "newer_version" }), 1);
  await fold.stop();
});

test("a fold that cannot be opened keeps trying: at first who asks waits, then is refused with the reason, then served", async () => {
  const { clock, stream, metrics, live } = world();
  stream.append(subject, "7");
  stream.away = true;
  const fold = await live();
  const waiting = ask(fold);
  assert.equal(fold.describe().status, "loading");
  assert.equal(fold.describe().mailbox, 1);
  await clock.pass(60_000);
  assert.equal((await failureOf(waiting))?.code, "actor_failed");
  assert.deepEqual(
    [fold.describe().status, fold.describe().reason, metrics.valueOf("actor_escalations_total")],
    ["parked", "Error: no leader", 1],
  );
  const refused = (await failureOf(ask(fold))) as { code: string; reason: string; retryAfterMs: number };
  assert.deepEqual([refused.code, refused.reason], ["actor_failed", "Error: no leader"]);
  assert.ok(refused.retryAfterMs <= 5_000);
  stream.away = false;
  await clock.pass(5_000);
  assert.equal(fold.describe().status, "live");
  assert.equal(await sumOf(fold), 7);
  await fold.stop();
});

test("a behaviour whose init throws parks its fold; nobody else notices", async () => {
  const { clock, live } = world();
  const fold = await live({
    init: () => {
      throw new Error("no state");
    },
  });
  await clock.pass(60_000);
  assert.equal(fold.describe().reason, "Error: no state");
  await fold.stop();
});

test("the lag is what is not folded yet, and is zero once the fold has left", async () => {
  const { clock, stream, metrics, live } = world();
  const gate = Promise.withResolvers<void>();
  const slow: Partial<typeof tally> = { fold: () => assert.fail("poison") };
  const {
    live: liveSlow,
    metrics: slowMetrics,
    clock: slowClock,
    stream: slowStream,
  } = world({
    writer: { append: () => gate.promise.then(() => ({ kind: "stored", sequence: 1 })) },
  });
  for (const value of ["1", "2", "3"]) slowStream.append(subject, value);
  const behind = await liveSlow(slow);
  await slowClock.pass(lookMs);
  assert.equal(slowMetrics.valueOf("fold_lag", { kind: "tally", key: "a" }), 3);
  assert.equal(behind.describe().lag, 3);
  gate.resolve();
  await behind.stop();
  assert.equal(slowMetrics.valueOf("fold_lag"), 0);

  stream.append(subject, "1");
  const level = await live();
  stream.append("events.b", "1");
  await clock.pass(lookMs);
  assert.equal(metrics.valueOf("fold_lag"), 0, "others' messages are no lag");
  await level.stop();
});

test("a stream that was purged while the fold was away is a gap: counted, logged, set aside, and passed", async () => {
  const { clock, stream, letters, log, metrics, live } = world();
  stream.append(subject, "1");
  await (await live()).stop();
  for (const value of ["2", "3", "4"]) stream.append(subject, value);
  stream.purge(4);
  const fold = await live();
  await clock.pass(1);
  assert.deepEqual(await answerOf(fold), { sum: 5, seen: 2, distinct: 2, position: 4 });
  assert.equal(metrics.valueOf("fold_gaps_total", { kind: "tally", reason: "purged" }), 1);
  assert.equal(log.count("stream_purged"), 1);
  const [letter] = letters;
  assert.deepEqual(
    [letter?.what, letter?.reason, letter?.place],
    ["gap", "purged", { stream: "EVENTS", subject, from: 2, to: 3 }],
  );
  await clock.pass(3 * lookMs);
  assert.equal(letters.length, 1, "said once");
  await fold.stop();
});

test("a gap that a fold passed while a look was on its way is told, by this life or by the next", async () => {
  for (const isStopped of [false, true]) {
    const delayed: (() => void)[] = [];
    const base = world();
    const bounds = async () => {
      const found = base.stream.bounds;
      if (delayed.length === 0) return found;
      await new Promise<void>((resolve) => delayed.push(resolve)); // as it was when it was asked
      return found;
    };
    const { clock, stream, metrics, live } = world({
      snapshots: base.snapshots,
      reader: { ...memoryTools({}).reader, ...base.stream.reader, bounds },
    });
    assert.ok(stream);
    base.stream.append(subject, "1");
    const fold = await live();
    await clock.pass(lookMs);
    delayed.push(() => {});
    await clock.pass(lookMs);
    const purged = base.stream.append("events.other", "2");
    base.stream.append(subject, "3");
    base.stream.purge(purged + 1);
    await clock.pass(0);
    assert.equal(await sumOf(fold), 4);
    const late = delayed.splice(0);
    for (const answer of late) answer();
    await clock.pass(0);
    assert.equal(metrics.valueOf("fold_gaps_total"), undefined);
    if (isStopped) {
      await fold.stop();
      await (await live()).stop();
    } else await clock.pass(lookMs);
    assert.equal(metrics.valueOf("fold_gaps_total", { reason: "purged" }), 1);
    await fold.stop();
  }
});

test("a stream that is purged under a live fold which is behind is a gap; a purge of what was read is none", async () => {
  const gate: { opened?: PromiseWithResolvers<void> } = {};
  const { clock, stream, metrics, live } = world({
    messaging: { publish: () => {} },
    writer: {
      append: async (_subject, data) => {
        const { what } = JSON.parse(new TextDecoder().decode(data)) as DeadLetter;
        if (what === "message") await gate.opened?.promise;
        return { kind: "stored", sequence: 1 };
      },
    },
  });
  stream.append(subject, "1");
  const fold = await live();
  await clock.pass(lookMs);
  stream.purge();
  await clock.pass(lookMs);
  assert.equal(metrics.valueOf("fold_gaps_total"), undefined, "all of it was read");

  gate.opened = Promise.withResolvers();
  for (const value of ["poison", "2", "3", "4"]) stream.append(subject, value);
  await clock.pass(lookMs);
  assert.equal(fold.describe().lag, 4);
  stream.purge(5);
  gate.opened.resolve();
  await clock.pass(lookMs);
  assert.deepEqual(await answerOf(fold), { sum: 5, seen: 2, distinct: 2, position: 5 });
  assert.equal(metrics.valueOf("fold_gaps_total", { reason: "purged" }), 1);
  await fold.stop();
});

test("a stream that was rolled back while the fold was away keeps the state, counts the new and nothing twice", async () => {
  const { clock, stream, letters, live } = world();
  for (const value of ["1", "2", "4"]) stream.append(subject, value);
  await (await live()).stop();
  stream.rollBack(1);
  stream.append(subject, "8");
  const fold = await live();
  await clock.pass(5_000);
  assert.deepEqual([await sumOf(fold), fold.describe().position], [15, 2]);
  assert.deepEqual([letters[0]?.what, letters[0]?.reason], ["gap", "rolled_back"]);
  stream.append(subject, "16");
  await clock.pass(1);
  await fold.stop();
  const next = await live();
  await clock.pass(1);
  assert.equal(await sumOf(next), 31, "the snapshot of the lower position is the newer one");
  await next.stop();
});

test("a stream that is rolled back or made anew under a live fold is read again from its start", async () => {
  const { clock, stream, metrics, live } = world();
  for (const value of ["1", "2", "4"]) stream.append(subject, value);
  const fold = await live();
  await clock.pass(lookMs);
  stream.rollBack(1);
  stream.append(subject, "8");
  await clock.pass(2 * lookMs + 5_000); // a short stream is not believed at once
  assert.equal(await sumOf(fold), 15);
  stream.recreate();
  for (const value of ["16", "32", "64", "128", "256"]) stream.append(subject, value);
  await clock.pass(2 * lookMs);
  assert.equal(await sumOf(fold), 511, "though the new stream is longer than the old one was");
  assert.equal(metrics.valueOf("fold_gaps_total", { reason: "rolled_back" }), 2);
  assert.equal(fold.describe().restarts, 2);
  await fold.stop();
});

test("a snapshot that cannot be read is passed over for the one before; without one the stream is folded anew", async () => {
  const { clock, stream, snapshots, metrics, live } = world();
  for (const value of ["1", "2", "4"]) stream.append(subject, value);
  const sound = new TextEncoder().encode(JSON.stringify({ sum: 3, seen: [1, 2] }));
  await snapshots.save(address, { version: 1, position: 2, bytes: sound });
  await snapshots.save(address, { version: 1, position: 3, bytes: new TextEncoder().encode("{half") });
  const fold = await live();
  await clock.pass(1);
  assert.deepEqual(await answerOf(fold), { sum: 7, seen: 3, distinct: 3, position: 3 });
  assert.equal(metrics.valueOf("actor_snapshots_rejected_total", { reason: "unreadable" }), 1);
  await fold.stop();

  const anew = await live({ version: 2 });
  await clock.pass(1);
  assert.deepEqual(await answerOf(anew), { sum: 7, seen: 3, distinct: 3, position: 3 });
  assert.ok((metrics.valueOf("actor_snapshots_rejected_total", { reason: "version" }) ?? 0) > 0);
  assert.equal(metrics.valueOf("fold_gaps_total"), undefined, "the stream still had it all");
  await anew.stop();
  stream.purge(3);
  const late = await live({ version: 3 });
  await clock.pass(1);
  assert.equal(await sumOf(late), 4);
  assert.equal(metrics.valueOf("fold_gaps_total", { reason: "purged" }), 1);
  await late.stop();
});

test("an encoding that keeps the loop waiting is named in the log, and kept all the same", async () => {
  const { stream, log, snapshots, live } = world({ clock: systemClock });
  stream.append(subject, "1");
  const fold = await live({
    encode: (state) => {
      const untilMs = systemClock.monotonicMs() + 60;
      while (systemClock.monotonicMs() < untilMs);
      return tally.encode(state);
    },
  });
  assert.equal(await sumOf(fold), 1);
  await fold.stop();
  assert.equal(log.count("snapshot_encode_slow"), 1);
  assert.equal((await snapshots.load(address, 1))?.position, 1);
});
