import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../protocols/errors.ts";
import { moved } from "../messaging/command.ts";
import type { ServiceBehaviour } from "../service.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { recordedMetrics } from "../testing/recorded.ts";
import { ServiceActor } from "./service-actor.ts";
import type { AnyService } from "./service-actor.ts";

const address = { kind: "watcher", key: "w" };
const command = { id: "1", by: "test", message: "hello" };

function life(start: ServiceBehaviour<unknown>["start"]) {
  const clock = new ManualClock();
  const metrics = recordedMetrics();
  const service: AnyService = { kind: "watcher", start };
  return { clock, metrics, actor: new ServiceActor(service, address, memoryTools({ clock, metrics })) };
}

test("a service that does not start is tried again, and whoever asked meanwhile is answered", async () => {
  let attempts = 0;
  const { actor, clock, metrics } = life(async () => {
    if (++attempts < 3) throw new Error("not yet");
    return { ask: async (message) => succeed(message), stop: async () => {} };
  });
  const early = actor.ask(command);
  await clock.pass(0);
  assert.deepEqual(
    [actor.describe().status, actor.describe().reason, actor.describe().mailbox, actor.busy],
    ["loading", "Error: not yet", 1, true],
  );
  await clock.pass(60_000);
  assert.deepEqual(await early, { ok: true, value: "hello" });
  const { status, restarts, mailbox, reason } = actor.describe();
  assert.deepEqual([status, restarts, mailbox, reason], ["live", 2, 0, undefined]);
  assert.equal(metrics.valueOf("actor_activations_total", { kind: "watcher" }), 1);
  assert.equal(metrics.valueOf("actor_restarts_total", { kind: "watcher" }), 2);
  await actor.stop();
  assert.equal(actor.describe().status, "stopped");
  assert.deepEqual(await actor.ask(command), moved);
});

test("an ask that throws is answered with a reference, and the next one is served", async () => {
  let asked = 0;
  const { actor } = life(async () => ({
    ask: async () => {
      if (++asked === 1) throw new Error("a defect");
      return succeed(asked);
    },
    stop: async () => {},
  }));
  const first = await actor.ask(command);
  assert.equal(!first.ok && first.failure.code, "internal");
  assert.deepEqual(await actor.ask(command), { ok: true, value: 2 });
  await actor.stop();
});

test("a full mailbox and a newer message are refused by name, and counted", async () => {
  const gate = Promise.withResolvers<void>();
  const { actor, metrics } = life(async () => ({
    ask: () => gate.promise.then(() => succeed(null)),
    stop: async () => {},
  }));
  const waiting = Array.from({ length: 128 }, () => actor.ask(command));
  const full = await actor.ask(command);
  assert.equal(!full.ok && full.failure.code, "mailbox_full");
  const newer = await actor.ask({ ...command, v: 2 });
  assert.deepEqual(newer, {
    ok: false,
    failure: { code: "newer_version", what: "message", found: 2, supported: 1 },
  });
  assert.equal(metrics.valueOf("actor_refusals_total"), 2);
  gate.resolve();
  await Promise.all(waiting);
  await actor.stop();
});
