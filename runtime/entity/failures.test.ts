import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { MemoryJournal } from "../memory/journal.ts";
import type { JournalAppend } from "../ports/journal.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { eventually } from "../testing/nats.ts";
import { scripted, scriptedAddress, scriptedEntity, valueOf } from "../testing/scripted.ts";
import { Entity } from "./entity.ts";

/** A journal whose process dies at an append: before it is sent, or after it is stored. Nothing returns. */
class DyingJournal extends MemoryJournal {
  dies: "before" | "after" | undefined;
  override async append(subject: string, data: Uint8Array, expected: number): Promise<JournalAppend> {
    if (this.dies === undefined) return super.append(subject, data, expected);
    if (this.dies === "after") await super.append(subject, data, expected);
    this.dies = undefined;
    return new Promise(() => {});
  }
}
const command = { events: ["x"], effects: ["e"] };

describe("an owner that dies", () => {
  test("before the append has done nothing: the repeated command is handled by the next owner", async () => {
    const journal = new DyingJournal();
    const tools = memoryTools({ journal });
    const first = scriptedEntity(tools, 1);
    await first.tell({});
    journal.dies = "before";
    void first.tell(command, "c");
    await eventually("it is dead", () => journal.dies === undefined);
    const keys: string[] = [];
    const next = scriptedEntity(tools, 2, { perform: async (_effect, key) => void keys.push(key) });
    assert.deepEqual(await next.tell(command, "c"), succeed(1));
    await next.entity.stop();
    assert.deepEqual(keys, ["scripted/s/1"]);
  });

  test("between append and reply has done it: the repeated command gets the first one's reply, its effects happen", async () => {
    const journal = new DyingJournal();
    const tools = memoryTools({ journal });
    const first = scriptedEntity(tools, 1, { perform: () => assert.fail("it is dead") });
    await first.tell({});
    journal.dies = "after";
    void first.tell(command, "c");
    await eventually("it is dead", () => journal.dies === undefined);
    const keys: string[] = [];
    const next = scriptedEntity(tools, 2, { perform: async (_effect, key) => void keys.push(key) });
    assert.deepEqual(await next.tell(command, "c"), succeed(1));
    assert.deepEqual(await next.tell({}), succeed(1));
    await next.entity.stop();
    assert.deepEqual(keys, ["scripted/s/1"]);
  });

  test("after an effect and before its mark: the next owner performs it again under the same key", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const keys: string[] = [];
    const perform = async (_effect: unknown, key: string): Promise<void> => void keys.push(key);
    const first = scriptedEntity(tools, 1, { perform });
    await first.tell(command, "c");
    await clock.pass(10);
    const next = scriptedEntity(tools, 2, { perform });
    await next.tell({});
    await clock.pass(10);
    assert.deepEqual(keys, ["scripted/s/1", "scripted/s/1"]);
  });
});

describe("a store that refuses", () => {
  test("for good is named, takes the state back, and the same command is done when it takes data again", async () => {
    let sealed = false;
    class Sealed extends MemoryJournal {
      override async append(subject: string, data: Uint8Array, expected: number): Promise<JournalAppend> {
        return sealed ? { kind: "refused", reason: "sealed" } : super.append(subject, data, expected);
      }
    }
    const { tell } = scriptedEntity(memoryTools({ journal: new Sealed() }));
    await tell({ events: ["a"] });
    sealed = true;
    const failure = { code: "stream_refused", stream: "journal", reason: "sealed", retryAfterMs: 5_000 };
    assert.deepEqual(await tell({ events: ["b"] }, "b"), fail(failure));
    assert.deepEqual(await tell({}), succeed(1));
    sealed = false;
    assert.deepEqual(await tell({ events: ["b"] }, "b"), succeed(2));
  });

  test("the wake note refuses the step that sets a timer; nothing is written", async () => {
    const { wakes, ...others } = memoryTools();
    const broken = Object.assign(Object.create(wakes), {
      get: async () => {
        throw new Error("no leader");
      },
    });
    const { tell } = scriptedEntity({ ...others, wakes: broken });
    const timers = [{ set: "t", at: 1, message: {} }];
    const refused = valueOf(await tell({ events: ["a"], timers })) as { code: string };
    assert.equal(refused.code, "unavailable");
    assert.deepEqual(await tell({}), succeed(0));
  });

  test("a snapshot whose bytes are not ours is passed over, and counted", async () => {
    const snapshots = new MemorySnapshots();
    const rejected: unknown[] = [];
    const tools = memoryTools({ snapshots });
    const counting = {
      ...tools,
      metrics: {
        ...tools.metrics,
        snapshotsRejected: (_n: number, labels?: unknown) => rejected.push(labels),
      },
    };
    const first = scriptedEntity(tools, 1);
    for (const event of ["a", "b", "c"]) await first.tell({ events: [event] });
    await first.entity.stop();
    await snapshots.save(scriptedAddress, { version: 1, position: 2, bytes: new Uint8Array([1, 2, 3]) });
    const next = scriptedEntity(counting, 2);
    assert.deepEqual(await next.tell({}), succeed(3));
    assert.deepEqual(rejected, [{ kind: "scripted", reason: "unreadable" }]);
  });
});

test("a question is not answered from memory while another may own the actor", async () => {
  const ownership = { ...ownershipOf(1), vouched: () => false };
  const entity = new Entity(scripted(), scriptedAddress, memoryTools(), ownership);
  const refused = valueOf(await entity.ask({ id: "q", by: "test", message: {} })) as { reason: string };
  assert.equal(refused.reason, "ownership is in doubt");
  const written = await entity.ask({ id: "w", by: "test", message: { events: ["x"] } });
  assert.deepEqual(written, succeed(1)); // the journal itself vouches for what it takes
});
