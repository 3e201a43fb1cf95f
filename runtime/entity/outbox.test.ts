import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { publish, tell } from "../actor.ts";
import { effectAttemptsMax } from "../limits.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { scriptedEntity } from "../testing/scripted.ts";

const neverMs = 24 * 3_600_000;

describe("effects of committed steps", () => {
  test("those a crash cut off are performed by the next owner under the same keys; those the journal knows are not", async () => {
    const tools = memoryTools({ clock: new ManualClock() });
    const clock = tools.clock as ManualClock;
    const keys: string[] = [];
    const first = scriptedEntity(tools, 1, {
      perform: async (effect, key) => {
        if (effect === "stuck") return new Promise(() => {});
        keys.push(`${String(effect)} ${key}`);
      },
    });
    await first.tell({ effects: ["a"] });
    await clock.pass(5_000); // the journal is told
    await first.tell({ effects: ["stuck", "b"] });
    const second = scriptedEntity(tools, 2, {
      perform: async (effect, key) => void keys.push(`${String(effect)} ${key}`),
    });
    await second.tell({});
    await clock.pass(5_000);
    assert.deepEqual(keys, ["a scripted/s/1", "stuck scripted/s/2", "b scripted/s/3"]);
    const third = scriptedEntity(tools, 3, { perform: () => assert.fail("all is done") });
    await third.tell({});
    await clock.pass(5_000);
  });

  test("an effect sees the committed state, and waits for its commit", async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const { tell: told } = scriptedEntity(memoryTools({ clock }), 1, {
      perform: async (_effect, _key, state) => void seen.push(state),
    });
    await told({ events: ["x"], effects: ["a"] });
    await clock.pass(0);
    assert.deepEqual(seen, [["x"]]);
  });

  test("one that keeps failing is given up, set aside with its reason, and the next follows", async () => {
    const clock = new ManualClock();
    const letters: { what: string; id: string; reason: string; original: unknown }[] = [];
    const writer = {
      append: async (_subject: string, data: Uint8Array) => {
        letters.push(JSON.parse(new TextDecoder().decode(data)));
        return { kind: "stored", sequence: 1 } as const;
      },
    };
    let attempts = 0;
    const performed: unknown[] = [];
    const { tell: told } = scriptedEntity(memoryTools({ clock, writer }), 1, {
      perform: async (effect) => {
        if (effect !== "bad") return void performed.push(effect);
        attempts++;
        throw new Error("not today");
      },
    });
    await told({ effects: ["bad", "good"] });
    await clock.pass(neverMs);
    assert.equal(attempts, effectAttemptsMax);
    assert.deepEqual(performed, ["good"]);
    assert.deepEqual(
      letters.map(({ what, id, reason, original }) => ({ what, id, reason, original })),
      [{ what: "effect", id: "scripted/s/1", reason: "Error: not today", original: "bad" }],
    );
  });

  test("a tell asks under the effect's key until it is answered; a refusal by the receiver is an answer", async () => {
    const clock = new ManualClock();
    const asked: unknown[] = [];
    const answers = [
      fail({ code: "unavailable", reason: "nobody", retryAfterMs: 1 } as const),
      fail({ code: "not_enough" }),
    ];
    const client = {
      ask: async (
        to: unknown,
        message: unknown,
        { id, from, by }: { id?: string; from?: unknown; by: string },
      ) => {
        asked.push({ to, message, id, from, by });
        return (answers.shift() ?? succeed(null)) as never;
      },
    };
    const to = { kind: "other", key: "o" };
    const { tell: told } = scriptedEntity(memoryTools({ clock, client }));
    await told({ effects: [tell(to, "hello")] });
    await clock.pass(neverMs);
    const from = { actor: "scripted/s", number: 1 };
    const one = { to, message: "hello", id: "scripted/s/1", from, by: "scripted/s" };
    assert.deepEqual(asked, [one, one]);
  });

  test("a publish carries the effect's key as its message id", async () => {
    const clock = new ManualClock();
    const appended: unknown[] = [];
    const writer = {
      append: async (subject: string, data: Uint8Array, options?: { messageId?: string }) => {
        appended.push([subject, new TextDecoder().decode(data), options?.messageId]);
        return { kind: "stored", sequence: 1 } as const;
      },
    };
    const { tell: told } = scriptedEntity(memoryTools({ clock, writer }));
    await told({ effects: [publish("events.x", { a: 1 })] });
    await clock.pass(0);
    assert.deepEqual(appended, [["events.x", '{"a":1}', "scripted/s/1"]]);
  });

  test("what another actor told counts once, however late it is repeated", async () => {
    const tools = memoryTools();
    const { entity } = scriptedEntity(tools);
    const from = { actor: "other/o", number: 7 };
    const told = { id: "other/o/7", by: "other/o", from, message: { events: ["x"] } };
    await entity.ask(told);
    for (let index = 0; index < 2_000; index++)
      // more than it remembers replies of
      await entity.ask({ id: `n${index}`, by: "test", message: { events: ["y"] } });
    assert.deepEqual(await entity.ask(told), succeed(null));
    await entity.stop();
    const next = scriptedEntity(tools, 2);
    assert.deepEqual(await next.entity.ask(told), succeed(null));
    assert.deepEqual(await next.tell({}), succeed(2_001));
  });
});
