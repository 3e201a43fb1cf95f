import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { restartsInWindowMax } from "../limits.ts";
import { addressText } from "../messaging/address.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { scripted, scriptedAddress, scriptedEntity, valueOf } from "../testing/scripted.ts";
import { encodeCommit } from "./commit.ts";
import { Entity } from "./entity.ts";

const subject = "log.scripted.s";
const codeOf = (reply: { ok: boolean; failure?: unknown }) =>
  reply.ok ? "ok" : (reply.failure as { code: string }).code;

describe("an actor that fails", () => {
  test("sets the command aside with reason and stack, restarts and goes on", async () => {
    const clock = new ManualClock();
    const letters: Record<string, unknown>[] = [];
    const writer = {
      append: async (_subject: string, data: Uint8Array) => {
        letters.push(JSON.parse(new TextDecoder().decode(data)));
        return { kind: "stored", sequence: 1 } as const;
      },
    };
    const { tell } = scriptedEntity(memoryTools({ clock, writer }));
    await tell({ events: ["a"] });
    assert.equal(codeOf(await tell({ crash: true }, "bad")), "internal");
    const reply = tell({ events: ["b"] });
    await clock.pass(2_000);
    assert.deepEqual(await reply, succeed(2));
    const [{ what, kind, key, id, reason, stack, original } = {}] = letters;
    assert.deepEqual(
      { what, kind, key, id, reason, original },
      {
        what: "command",
        ...scriptedAddress,
        kind,
        id: "s-bad",
        reason: "Error: told to crash",
        original: { by: "test", message: { crash: true } },
      },
    );
    assert.match(String(stack), /scripted\.ts/);
  });

  test("an event that does not apply is refused at once, and never written", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const { tell } = scriptedEntity(tools);
    assert.equal(codeOf(await tell({ events: ["cursed"] })), "internal");
    const reply = tell({ events: ["fine"] });
    await clock.pass(2_000);
    assert.deepEqual(await reply, succeed(1));
  });

  test("too often within a minute is parked, refuses with the time to wait, and tries again", async () => {
    const clock = new ManualClock();
    const { tell, entity } = scriptedEntity(memoryTools({ clock }));
    await tell({ events: ["a"] });
    for (let crash = 0; crash <= restartsInWindowMax; crash++) {
      const reply = tell({ crash: true });
      await clock.pass(2_000);
      assert.equal(codeOf(await reply), "internal");
    }
    const refused = await tell({});
    assert.equal(codeOf(refused), "actor_failed");
    assert.equal(entity.describe().status, "parked");
    const { retryAfterMs } = valueOf(refused) as { retryAfterMs: number };
    assert.ok(retryAfterMs > 1_000 && retryAfterMs <= 10_000);
    await clock.pass(10_000);
    assert.deepEqual(await tell({}), succeed(1));
  });

  test("with commits in between it is never parked", async () => {
    const clock = new ManualClock();
    const { tell } = scriptedEntity(memoryTools({ clock }));
    for (let crash = 0; crash < 3 * restartsInWindowMax; crash++) {
      const replies = [tell({ crash: true }), tell({ events: ["a"] })];
      await clock.pass(2_000);
      assert.deepEqual((await Promise.all(replies)).map(codeOf), ["internal", "ok"]);
    }
  });

  test("a crash of one never touches another", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const [bad, good] = [scriptedEntity(tools, 1), scriptedEntity(memoryTools({ clock }), 1)];
    const crash = bad.tell({ crash: true });
    assert.deepEqual(await good.tell({ events: ["x"] }), succeed(1));
    await crash;
  });

  test("a journal that cannot be replayed parks it, and tells why", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const { tell, entity } = scriptedEntity(tools);
    await tell({ events: ["a"] });
    await entity.stop();
    const tail = await tools.journal.tail(subject);
    const stray = { id: "x", by: "x", at: 0, events: ["b"], reply: succeed(1) };
    const data = encodeCommit({ cid: "x", prev: "somebody else", epoch: 1 }, [JSON.stringify(stray)]);
    await tools.journal.append(subject, data, tail?.sequence ?? 0);
    const next = scriptedEntity(tools, 2);
    await clock.pass(30_000);
    const refused = await next.tell({});
    assert.equal(codeOf(refused), "actor_failed");
    assert.match(JSON.stringify(valueOf(refused)), /has a hole/);
    assert.equal(addressText(scriptedAddress), "scripted/s");
  });
});

test("an actor between two lives, or parked, has to come back for what is left", async () => {
  const clock = new ManualClock();
  const { entity, tell } = scriptedEntity(memoryTools({ clock }));
  await tell({ timers: [{ set: "t", at: clock.now() + 60_000, message: {} }] });
  for (let crash = 0; crash <= restartsInWindowMax; crash++) {
    assert.equal(codeOf(await tell({ crash: true })), "internal");
    if (crash === restartsInWindowMax) break;
    assert.deepEqual([entity.describe().status, entity.busy, entity.wakeAt], ["loading", true, clock.now()]);
    await clock.pass(2_500);
  }
  await clock.pass(0);
  assert.deepEqual([entity.describe().status, entity.busy], ["parked", false]);
  assert.equal(entity.wakeAt, clock.now() + 10_000);
});

describe("versions", () => {
  test("a message of a newer version is refused by name, an older one is parsed as what it is", async () => {
    const { entity } = scriptedEntity(memoryTools(), 1, { messageVersion: 2 });
    const ask = (v: number) => entity.ask({ id: `v${v}`, by: "test", message: { events: ["x"] }, v });
    assert.deepEqual(await ask(3), fail({ code: "newer_version", what: "message", found: 3, supported: 2 }));
    assert.deepEqual(await ask(1), succeed(1));
  });

  test("a journal of a newer version is not served and not touched; the newer program reads it on", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const newer = scriptedEntity(tools, 1, { eventVersion: 2 });
    await newer.tell({ events: ["two"] });
    await newer.entity.stop();
    const older = scriptedEntity(tools, 2);
    await clock.pass(100);
    assert.deepEqual(
      await older.tell({ events: ["one"] }),
      fail({ code: "newer_version", what: "journal", found: 2, supported: 1 }),
    );
    await older.entity.stop();
    const again = scriptedEntity(tools, 3, { eventVersion: 2 });
    assert.deepEqual(await again.tell({}), succeed(1));
  });

  test("a snapshot hides no newer events: an older program refuses the journal behind it too", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const newer = scriptedEntity(tools, 1, { eventVersion: 2, snapshotEveryCommits: 1 });
    await newer.tell({ events: ["two"] });
    await clock.pass(10);
    const older = scriptedEntity(tools, 2);
    await clock.pass(100);
    assert.equal(codeOf(await older.tell({ events: ["one"] })), "newer_version");
    await older.entity.stop();
    const again = scriptedEntity(tools, 3, { eventVersion: 2 });
    assert.deepEqual(await again.tell({}), succeed(1));
  });

  test("a timer's message is parsed as what it was when it was set; an older program leaves a newer one ringing", async () => {
    const clock = new ManualClock();
    const tools = memoryTools({ clock });
    const versions: number[] = [];
    const open = (epoch: number, messageVersion?: number): Entity => {
      const options = messageVersion === undefined ? {} : { messageVersion };
      const behaviour = scripted(options);
      const parse = (message: unknown, version: number) => {
        versions.push(version);
        return behaviour.parse(message, version);
      };
      return new Entity({ ...behaviour, parse }, scriptedAddress, tools, ownershipOf(epoch));
    };
    const ask = (entity: Entity, id: string, message: unknown) => entity.ask({ id, by: "test", message });
    const due = { set: "t", at: clock.now() + 1_000, message: { events: ["rang"] } };
    const oldest = open(1);
    await ask(oldest, "a", { timers: [due] });
    await oldest.stop();
    const newer = open(2, 2);
    await clock.pass(2_000);
    assert.deepEqual(versions.splice(0), [1, 1]);
    await ask(newer, "b", { timers: [{ ...due, set: "u", at: clock.now() + 1_000 }] });
    await newer.stop();
    const older = open(3);
    await clock.pass(5_000);
    assert.deepEqual(await ask(older, "c", {}), succeed(1));
    assert.equal(older.describe().timers, 1);
    await older.stop();
    versions.length = 0;
    const newest = open(4, 2);
    await clock.pass(2_000);
    assert.deepEqual(versions.splice(0), [2]);
    assert.deepEqual(await ask(newest, "d", {}), succeed(2));
  });

  test("older events are lifted to the present version at replay", async () => {
    const tools = memoryTools();
    const old = scriptedEntity(tools, 1);
    await old.tell({ events: ["a"] });
    await old.entity.stop();
    const lifted: unknown[] = [];
    const next = scriptedEntity(tools, 2, {
      eventVersion: 3,
      upcast: (event, version) => {
        lifted.push([event, version]);
        return `${String(event)}!`;
      },
    });
    await next.tell({ events: ["b"] });
    assert.deepEqual(lifted, [["a", 1]]);
  });
});
