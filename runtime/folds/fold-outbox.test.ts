import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { openConnection } from "../nats/connection.ts";
import { systemClock } from "../ports/clock.ts";
import type { AppendOutcome } from "../ports/connection.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryStream } from "../testing/memory-stream.ts";
import { eventually, startNats } from "../testing/nats.ts";
import { recordedLog } from "../testing/recorded.ts";
import { relay, type RelayMessage } from "../testing/relay.ts";
import { FoldActor } from "./fold-actor.ts";
import type { AnyFold } from "./fold-actor.ts";
import { outgoingBatchMax } from "./fold-outbox.ts";

const kind = "relay";
const textOf = (message: RelayMessage): string => JSON.stringify(message);

/** One stream that folds read and write. `refuses` is asked before each append, `forgets` before its acknowledgement. */
function world() {
  const clock = new ManualClock();
  const stream = new MemoryStream();
  const snapshots = new MemorySnapshots();
  const log = recordedLog();
  const sent: string[] = [];
  const server = { refuses: false, forgets: false };
  const append: ActorTools["writer"]["append"] = async (subject, data, options): Promise<AppendOutcome> => {
    if (server.refuses) return { kind: "full" };
    sent.push(options?.messageId ?? "");
    const sequence = stream.append(subject, new TextDecoder().decode(data));
    return server.forgets ? { kind: "unavailable", reason: "away" } : { kind: "stored", sequence };
  };
  const tools = memoryTools({ clock, snapshots, log, reader: stream.reader, writer: { append } });
  const live = async (key: string, changes: Partial<typeof relay> = {}): Promise<FoldActor> => {
    const fold = new FoldActor({ ...relay, ...changes } as AnyFold, { kind, key }, tools);
    await clock.pass(0);
    return fold;
  };
  return { clock, stream, snapshots, log, sent, server, live };
}

async function answerOf(fold: FoldActor): Promise<{ sum: number; waiting: number }> {
  const reply = await fold.ask({ id: "1", by: "test", message: {} });
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value as { sum: number; waiting: number };
}

test("what a fold hands on is in the other's subject, and leaves its state once the stream has it", async () => {
  const { clock, stream, live } = world();
  stream.append("events.a", textOf({ id: "1", value: 5, to: "b" }));
  const [a, b] = [await live("a"), await live("b")];
  await clock.pass(100);
  assert.deepEqual(
    [await answerOf(a), await answerOf(b)],
    [
      { sum: 0, waiting: 0 },
      { sum: 5, waiting: 0 },
    ],
  );
  stream.append("events.a", textOf({ id: "2", value: 2, to: "b" }));
  await clock.pass(100);
  assert.equal((await answerOf(b)).sum, 7);
  await Promise.all([a.stop(), b.stop()]);
});

test("what a crash cut off is sent again by the next life, under the same id", async () => {
  const { clock, stream, snapshots, sent, server, live } = world();
  stream.append("events.a", textOf({ id: "1", value: 5, to: "b" }));
  server.forgets = true;
  const first = await live("a");
  await clock.pass(20);
  assert.equal((await answerOf(first)).waiting, 1);
  await first.stop(); // its snapshot holds what waits
  assert.ok(await snapshots.load({ kind, key: "a" }, 1));
  server.forgets = false;
  const second = await live("a");
  const b = await live("b");
  await clock.pass(100);
  assert.ok(sent.length >= 2);
  assert.deepEqual([...new Set(sent)], ["a/handed-1"]);
  assert.deepEqual(
    [await answerOf(second), await answerOf(b)],
    [
      { sum: 0, waiting: 0 },
      { sum: 5, waiting: 0 },
    ],
  );
  await Promise.all([second.stop(), b.stop()]);
});

test("what the stream does not take waits, and a fold with a whole batch waiting reads no further", async () => {
  const { clock, stream, log, server, live } = world();
  server.refuses = true;
  for (let index = 0; index < outgoingBatchMax; index++)
    stream.append("events.a", textOf({ id: `${index}`, value: 1, to: "b" }));
  const [a, b] = [await live("a"), await live("b")];
  await clock.pass(1_000);
  for (let index = 0; index < 50; index++)
    stream.append("events.a", textOf({ id: `later-${index}`, value: 1 }));
  await clock.pass(1_000);
  assert.ok((await answerOf(a)).sum <= 1, "it reads no further");
  assert.equal((await answerOf(a)).waiting, outgoingBatchMax);
  assert.ok(log.count("fold_outbox_waits") > 1);
  server.refuses = false;
  await clock.pass(5_000);
  assert.deepEqual(
    [await answerOf(a), await answerOf(b)],
    [
      { sum: 50, waiting: 0 },
      { sum: outgoingBatchMax, waiting: 0 },
    ],
  );
  await Promise.all([a.stop(), b.stop()]);
});

test("a behaviour whose outbox throws is logged, and the fold follows on", async () => {
  const { clock, stream, log, live } = world();
  const fold = await live("a", {
    outgoing: () => {
      throw new Error("a defect");
    },
  });
  stream.append("events.a", textOf({ id: "1", value: 5 }));
  await clock.pass(100);
  assert.equal((await answerOf(fold)).sum, 5);
  assert.ok(log.count("fold_outbox_failed") > 0);
  await fold.stop();
});

describe("an outbox on a server", () => {
  test("folds hand messages to one another while the server is killed, and each counts once", async () => {
    const directory = await mkdtemp(join(tmpdir(), "weir-outbox-"));
    const server = await startNats({ dataDir: join(directory, "data") });
    const streams = [
      { name: "EVENTS", subjects: ["events.>"] },
      { name: "DEAD", subjects: ["dead.>"] },
    ];
    const connection = await openConnection({ url: server.url, name: "outbox", streams });
    const tools = memoryTools({ reader: connection.reader, writer: connection.writer });
    const open = (key: string): FoldActor => new FoldActor(relay as AnyFold, { kind, key }, tools);
    let a = open("a");
    const b = open("b");
    try {
      const count = 60;
      for (let index = 0; index < count; index++) {
        const message = new TextEncoder().encode(textOf({ id: `${index}`, value: 1, to: "b" }));
        const append = () => connection.writer.append("events.a", message, { messageId: `m${index}` });
        while ((await append()).kind !== "stored") await systemClock.sleep(10);
        if (index === 20) {
          await server.kill9();
          await server.restart();
        }
        if (index === 40) {
          await a.stop();
          a = open("a");
        }
      }
      await eventually("all are handed on", async () => (await answerOf(b)).sum === count);
      await eventually("nothing waits", async () => (await answerOf(a)).waiting === 0);
      assert.equal((await answerOf(b)).sum, count);
    } finally {
      await Promise.all([a.stop(), b.stop()]);
      await connection.drain();
      await server.dispose();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
