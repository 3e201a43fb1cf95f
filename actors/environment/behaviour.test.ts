import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createKeys, parseKeys } from "../../evaluation/keys.ts";
import { verifyPlan } from "../../evaluation/sign.ts";
import type { EnvironmentView } from "../../protocols/environment-messages.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { assemblePlan, readPlanEntry } from "../../protocols/published-plan.ts";
import { buckets, kinds, streams as every } from "../../protocols/topology.ts";
import {
  openClient,
  openConnection,
  openHost,
  silentLog,
  systemClock,
  type ActorClient,
  type Connection,
  type Host,
} from "../../runtime/index.ts";
import { eventually, startNats, type TestNats } from "../../runtime/testing/nats.ts";
import { planPublisher } from "../plan-publisher.ts";
import { environmentBehaviour } from "./behaviour.ts";
import { flag } from "./testing/environment.ts";
import { oldEvents } from "./testing/old-journal.ts";

const id = (seed: number): string => createHash("sha256").update(`${seed}`).digest("base64url").slice(0, 22);

/** As in production, without reserving the space of years. */
const streams = Object.values(every).map(({ name, subjects }) => ({ name, subjects }));

describe("environments on a log", () => {
  const keys = parseKeys(JSON.stringify(createKeys()));
  let nats: TestNats;
  let connection: Connection;
  let host: Host;
  let client: ActorClient;
  before(async () => {
    nats = await startNats();
    connection = await openConnection({ url: nats.url, name: "test", streams });
    const plans = await connection.bucket(buckets.plans);
    const publishPlan = planPublisher(plans, await connection.bucket(buckets.planParts));
    host = await openHost({
      connection,
      name: "host",
      log: silentLog,
      actors: [environmentBehaviour({ writer: connection.writer, publishPlan, keys })],
      folds: [],
      services: [],
    });
    client = openClient(connection);
  });
  after(async () => {
    await host.drain(5_000);
    await connection.drain();
    await nats.dispose();
  });

  async function ask<Value>(key: string, message: object): Promise<Value> {
    const address = { kind: kinds.environment, key };
    const reply = await client.ask<Value, Failure>(address, message, { by: "test", timeoutMs: 20_000 });
    assert.ok(reply.ok, JSON.stringify(reply));
    return reply.value;
  }
  const begin = (key: string) => ask(key, { type: "begin", environment: key, partitions: 1 });

  async function shown(environment: string): Promise<SignedPlan | undefined> {
    const [plans, parts] = [
      await connection.bucket(buckets.plans),
      await connection.bucket(buckets.planParts),
    ];
    const value = (await plans.get(environment))?.value;
    const entry = value === undefined ? undefined : readPlanEntry(value);
    if (entry?.kind !== "manifest") return entry?.document as SignedPlan | undefined;
    return (await assemblePlan(entry.manifest, async (key) => (await parts.get(key))?.value)) as SignedPlan;
  }

  test("a journal from before layers, holdouts and overrides is served, and written on", async () => {
    let [last, prev] = [0, ""];
    for (const [index, event] of oldEvents("older").entries()) {
      const commit = {
        cid: `c${index}`,
        prev,
        epoch: 1,
        id: `command-${index}`,
        by: "a",
        at: 1_700_000_000_000 + index,
        events: [event],
        reply: { ok: true, value: null },
      };
      const outcome = await connection.writer.append(
        "log.environment.older",
        Buffer.from(JSON.stringify(commit)),
      );
      assert.ok(outcome.kind === "stored");
      [last, prev] = [outcome.sequence, commit.cid];
    }
    assert.ok(last > 0);
    const view = await ask<EnvironmentView>("older", { type: "get" });
    assert.deepEqual([view.versions.length, view.experiments[0]?.entity.status], [3, "running"]);
    await ask("older", { type: "lifecycle", experiment: "checkout", action: "pause" });
    await eventually("the plan is shown", async () => (await shown("older"))?.plan.version === 4);
  });

  test("a segment of a hundred thousand units reaches the plan, though no message could hold it", async () => {
    await begin("wide");
    const units = Array.from({ length: 100_000 }, (_, index) => id(index));
    for (let from = 0; from < units.length; from += 20_000) {
      const piece = { segment: "beta", list: "included", upload: "first", from };
      await ask("wide", { type: "append_units", ...piece, units: units.slice(from, from + 20_000) });
    }
    await ask("wide", { type: "put_segment", segment: { key: "beta" }, included: { upload: "first" } });
    await ask("wide", { type: "publish" });
    await eventually("the plan is shown", async () => (await shown("wide")) !== undefined);
    const signed = (await shown("wide")) ?? assert.fail("a plan");
    assert.ok(verifyPlan(signed, keys));
    assert.deepEqual(Object.values(signed.plan.segments)[0]?.included, units);
  });

  test("an override leaves when its time has come, without anybody asking", async () => {
    await begin("timed");
    await ask("timed", flag("a"));
    await ask("timed", { type: "publish" });
    const expiresAt = systemClock.now() + 400;
    const override = { key: "qa", unit: id(1), target: { flag: "a", variation: "off" }, expiresAt };
    await ask("timed", { type: "put_override", override });
    await eventually("it is shown", async () => (await shown("timed"))?.plan.version === 2);
    await eventually("it has gone", async () => (await shown("timed"))?.plan.version === 3);
    assert.ok(systemClock.now() >= expiresAt);
    const view = await ask<EnvironmentView>("timed", { type: "get" });
    assert.deepEqual(view.overrides, []);
  });
});
