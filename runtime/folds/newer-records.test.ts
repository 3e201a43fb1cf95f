import assert from "node:assert/strict";
import { test } from "node:test";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryStream } from "../testing/memory-stream.ts";
import { tally } from "../testing/tally.ts";
import { FoldActor, type AnyFold } from "./fold-actor.ts";

test("a fold stops at a message of a newer version: no letter, nothing passed over; the newer program goes on there", async () => {
  const clock = new ManualClock();
  const stream = new MemoryStream();
  const snapshots = new MemorySnapshots();
  const letters: unknown[] = [];
  const tools = memoryTools({
    clock,
    snapshots,
    reader: stream.reader,
    writer: {
      append: async () => {
        letters.push(1);
        return { kind: "stored", sequence: 1 };
      },
    },
  });
  const newer = Object.assign(new Error("version 2"), { code: "newer_version" });
  const older = {
    ...tally,
    fold: (state: Parameters<typeof tally.fold>[0], input: Parameters<typeof tally.fold>[1]): void => {
      if (new TextDecoder().decode(input.data) === "5") throw newer;
      tally.fold(state, input);
    },
  };
  for (const text of ["1", "5", "2"]) stream.append("events.a", text);
  const address = { kind: "tally", key: "a" };
  const ask = async (fold: FoldActor) => {
    const reply = await fold.ask({ id: "1", by: "test", message: {} });
    assert.ok(reply.ok, JSON.stringify(reply));
    return reply.value as { sum: number; position: number };
  };
  const first = new FoldActor(older as AnyFold, address, tools);
  await clock.pass(0);
  await clock.pass(60_000);
  const stopped = await ask(first);
  assert.deepEqual([stopped.sum, stopped.position], [1, 1]);
  assert.equal(letters.length, 0);
  await first.stop();
  const second = new FoldActor(tally as AnyFold, address, tools);
  await clock.pass(0);
  const whole = await ask(second);
  assert.deepEqual([whole.sum, whole.position], [8, 3]);
  await second.stop();
});
