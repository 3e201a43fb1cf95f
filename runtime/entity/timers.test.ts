import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryKeyValue } from "../memory/key-value.ts";
import { addressText } from "../messaging/address.ts";
import { succeed } from "../../protocols/errors.ts";
import { Shard } from "../hosting/shard.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { seededRandom } from "../ports/random.ts";
import { scripted, scriptedAddress, scriptedEntity, valueOf } from "../testing/scripted.ts";
import { emptyRestored } from "./envelope.ts";
import type { AnyBehaviour } from "./envelope.ts";
import { endTimer, handleCommand } from "./step.ts";
import { timerCommandId } from "./timers.ts";
import { addressOfWakeKey } from "./wake-note.ts";

const toolsWith = (clock: ManualClock) => memoryTools({ clock, wakes: new MemoryKeyValue() });
const at = (clock: ManualClock, ms: number) => clock.now() + ms;
const rang = { events: ["rang"] };

describe("durable timers", () => {
  test("one fires at its time, once, and not before", async () => {
    const clock = new ManualClock();
    const { tell } = scriptedEntity(toolsWith(clock));
    await tell({ timers: [{ set: "t", at: at(clock, 60_000), message: rang }] });
    await clock.pass(59_999);
    assert.equal(valueOf(await tell({})), 0);
    await clock.pass(1);
    assert.equal(valueOf(await tell({})), 1);
    await clock.pass(3_600_000);
    assert.equal(valueOf(await tell({})), 1);
  });

  test("set again it moves, cancelled it is gone", async () => {
    const clock = new ManualClock();
    const { tell } = scriptedEntity(toolsWith(clock));
    await tell({ timers: [{ set: "t", at: at(clock, 1_000), message: rang }] });
    await tell({ timers: [{ set: "t", at: at(clock, 5_000), message: rang }] });
    await tell({ timers: [{ set: "u", at: at(clock, 1_000), message: rang }] });
    await tell({ timers: [{ cancel: "u" }] });
    await clock.pass(4_999);
    assert.equal(valueOf(await tell({})), 0);
    await clock.pass(1);
    assert.equal(valueOf(await tell({})), 1);
  });

  test("the next owner fires what the former one set, and nothing the former one fired", async () => {
    const clock = new ManualClock();
    const tools = toolsWith(clock);
    const first = scriptedEntity(tools, 1);
    await first.tell({
      timers: [
        { set: "early", at: at(clock, 1_000), message: rang },
        { set: "late", at: at(clock, 9_000), message: rang },
      ],
    });
    await clock.pass(1_000);
    await first.entity.stop();
    const second = scriptedEntity(tools, 2);
    assert.equal(valueOf(await second.tell({})), 1);
    await clock.pass(9_000);
    assert.equal(valueOf(await second.tell({})), 2);
  });

  test("a timer may set itself again from its own step", async () => {
    const clock = new ManualClock();
    const { tell } = scriptedEntity(toolsWith(clock));
    const again = { events: ["first"], timers: [{ set: "t", at: at(clock, 2_000), message: rang }] };
    await tell({ timers: [{ set: "t", at: at(clock, 1_000), message: again }] });
    await clock.pass(2_500);
    assert.equal(valueOf(await tell({})), 2);
  });

  test("one whose message crashes the actor is set aside and ended; the actor goes on", async () => {
    const clock = new ManualClock();
    const letters: string[] = [];
    const writer = {
      append: async (subject: string) => {
        letters.push(subject);
        return { kind: "stored", sequence: 1 } as const;
      },
    };
    const { tell, entity } = scriptedEntity({ ...toolsWith(clock), writer });
    await tell({ timers: [{ set: "t", at: at(clock, 1_000), message: { crash: true } }] });
    await tell({ timers: [{ set: "u", at: at(clock, 1_000), message: "no script" }] });
    await clock.pass(30_000);
    assert.deepEqual(letters, ["dead.command", "dead.command"]);
    assert.equal(entity.describe().timers, 0);
    const reply = tell({ events: ["fine"] });
    await clock.pass(1_000);
    assert.equal(valueOf(await reply), 1);
  });

  test("a note says whom to wake as long as there is a timer, whoever owns the actor", async () => {
    const clock = new ManualClock();
    const tools = toolsWith(clock);
    const { tell, entity } = scriptedEntity(tools);
    const due = at(clock, 60_000);
    await tell({ timers: [{ set: "t", at: due, message: rang }] });
    const [key] = await tools.wakes.keys();
    assert.equal(addressText(addressOfWakeKey(key ?? "") ?? assert.fail()), addressText(scriptedAddress));
    const noted = await tools.wakes.get(key ?? "");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(noted?.value)), { at: due });
    await entity.stop();
    assert.equal((await tools.wakes.keys()).length, 1);
    const next = scriptedEntity(tools, 2);
    await next.tell({});
    await clock.pass(60_000);
    assert.equal(valueOf(await next.tell({})), 1);
    assert.deepEqual(await tools.wakes.keys(), []);
  });

  test("an actor stopped while it sets a timer says when it must be woken", async () => {
    const clock = new ManualClock();
    const { entity, tell } = scriptedEntity(toolsWith(clock));
    await tell({});
    const due = at(clock, 60_000);
    const armed = tell({ timers: [{ set: "t", at: due, message: rang }] });
    assert.equal(entity.wakeAt, undefined, "its commit is under way");
    await entity.stop();
    assert.ok((await armed).ok);
    assert.equal(entity.wakeAt, due);
  });

  test("an actor put to sleep while it sets a timer is woken for it", async () => {
    const clock = new ManualClock();
    const tools = toolsWith(clock);
    const lives: ReturnType<typeof scriptedEntity>[] = [];
    const activate = () => {
      const life = scriptedEntity(tools, 1);
      lives.push(life);
      return succeed(life.entity);
    };
    const shard = new Shard(ownershipOf(1), activate, clock);
    shard.keepStanding([scriptedAddress]);
    await clock.pass(0);
    void lives[0]?.tell({ timers: [{ set: "t", at: at(clock, 30_000), message: rang }] });
    assert.ok(await shard.evict(scriptedAddress));
    await clock.pass(29_999);
    assert.equal(lives.length, 1);
    await clock.pass(1);
    assert.equal(valueOf((await lives[1]?.tell({}, "count")) ?? assert.fail()), 1);
    await shard.close();
  });

  test("a former owner cannot remove the note that the present one relies on", async () => {
    const clock = new ManualClock();
    const tools = toolsWith(clock);
    const old = scriptedEntity(tools, 1);
    await old.tell({ timers: [{ set: "t", at: at(clock, 1_000), message: rang }] });
    const next = scriptedEntity(tools, 2);
    await next.tell({ timers: [{ set: "u", at: at(clock, 5_000), message: rang }] });
    await old.tell({ timers: [{ cancel: "t" }] }); // refused by the journal
    await old.entity.stop();
    assert.equal((await tools.wakes.keys()).length, 1);
  });

  test("an actor woken for nothing tidies the note away", async () => {
    const clock = new ManualClock();
    const tools = toolsWith(clock);
    const { tell } = scriptedEntity(tools);
    await tell({ timers: [{ set: "t", at: at(clock, 1_000), message: rang }] });
    const [key = ""] = await tools.wakes.keys();
    const noted = await tools.wakes.get(key);
    await clock.pass(1_000);
    await tools.wakes.put(key, noted?.value ?? new Uint8Array(), 0);
    const next = scriptedEntity(tools, 2);
    next.entity.wake();
    await clock.pass(100);
    assert.deepEqual(await tools.wakes.keys(), []);
  });
});

describe("a machine's clock that jumps", () => {
  test("ahead, fires what is due soon after; back, an actor's own time stands still", async () => {
    const clock = new ManualClock();
    const { tell } = scriptedEntity(toolsWith(clock));
    await tell({ timers: [{ set: "t", at: at(clock, 3_600_000), message: rang }] });
    clock.jump(3_600_000);
    await clock.pass(30_000);
    assert.equal(valueOf(await tell({})), 1);
    clock.jump(-7_200_000);
    await tell({ timers: [{ set: "u", at: clock.now() + 1_000, message: rang }] });
    await clock.pass(1_000);
    assert.equal(valueOf(await tell({})), 2);
  });

  test("back between a timer's ring and its step, is not seen by that step", () => {
    const behaviour = scripted() as AnyBehaviour;
    const { envelope } = emptyRestored(behaviour, scriptedAddress.key);
    const due = 5_000 as EpochMs;
    const timer = { name: "t", at: due, message: rang, number: 1 };
    const pending = {
      command: { id: timerCommandId(timer), by: "timer", message: rang },
      timer,
      answer: () => {},
    };
    const context = { key: scriptedAddress.key, now: 2_000 as EpochMs, random: seededRandom(1) };
    const handled = handleCommand(behaviour, envelope, pending, context);
    assert.ok(handled.kind === "step");
    assert.deepEqual([handled.step.written.at, handled.after.at], [due, due]);
    const ended = endTimer(behaviour, envelope, pending, { timer, now: context.now });
    assert.ok(ended.kind === "step");
    assert.equal(ended.step.written.at, due);
  });
});
