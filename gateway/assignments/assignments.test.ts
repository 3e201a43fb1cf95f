import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { experiment, flag, planOf } from "../../evaluation/testing.ts";
import type { Plan } from "../../protocols/plan.ts";
import { assignmentAgeMsMax, buckets } from "../../protocols/topology.ts";
import {
  directory,
  eventually,
  openTestGateway,
  openTestLog,
  tokens,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";
import { startRedis, type TestRedis } from "../testing/redis.ts";

let log: TestLog;
let redis: TestRedis;
let gateway: TestGateway;
let other: TestGateway;
let byRedis: TestGateway;

/** All units get `control`, or all `treatment`, by weight alone. */
const plan = (version: number, treatment: number, members: object = {}): Plan => ({
  ...planOf({
    flags: [flag("kept", { fallthrough: { experiment: "exp", otherwise: "off" } }), flag("plain")],
    experiments: [
      experiment("exp", "kept", {
        sticky: "store",
        variants: [
          { key: "control", variation: "off", weight: 10_000 - treatment },
          { key: "treatment", variation: "on", weight: treatment },
        ],
        ...members,
      }),
    ],
  }),
  version,
});

before(async () => {
  [log, redis] = await Promise.all([openTestLog(), startRedis()]);
  await log.putDirectory(directory());
  await log.putPlan(plan(1, 0));
  await log.connection.bucket(buckets.assignments); // as it was when entries had no end
  gateway = await openTestGateway(log);
  other = await openTestGateway(log);
  byRedis = await openTestGateway(log, { REDIS_URL: redis.url });
  for (const each of [gateway, other, byRedis]) {
    await each.linked;
    await eventually(async () => (await each.get("/configs/test")).status === 200);
  }
});
after(async () => {
  await Promise.all([gateway?.close(), other?.close(), byRedis?.close()]);
  await redis?.stop();
  await log?.close();
});

const ask = (asked: TestGateway, unit: string): ReturnType<TestGateway["post"]> =>
  asked.post(
    "/evaluate",
    { envKey: "test", flagKey: "kept", context: { targetingKey: unit } },
    { token: tokens.server },
  );
const publish = async (next: Plan): Promise<void> => {
  await log.putPlan(next);
  for (const each of [gateway, other, byRedis])
    await eventually(async () => {
      const { json } = await each.get("/configs/test");
      return (json["plan"] as { version: number }).version === next.version;
    });
};

test("the first variant survives a change of weights, at every gateway, until a new phase", async () => {
  for (const each of [gateway, byRedis]) assert.equal((await ask(each, "ada")).json["variant"], "control");
  await publish(plan(2, 10_000));
  for (const each of [gateway, other, byRedis])
    assert.equal((await ask(each, "ada")).json["variant"], "control", "kept");
  for (const each of [gateway, byRedis]) {
    const bob = await ask(each, "bob");
    assert.equal(bob.json["variant"], "treatment", "new units follow the weights");
    assert.equal(bob.headers.get("x-weir-sticky-unavailable"), null);
  }
  await publish(plan(3, 10_000, { phase: 2 }));
  for (const each of [gateway, other, byRedis])
    assert.equal((await ask(each, "ada")).json["variant"], "treatment", "dealt anew");
});

test("a bulk answer keeps, too", async () => {
  await publish(plan(4, 0, { phase: 3 }));
  const bulk = async (): Promise<string> => {
    const body = { context: { targetingKey: "carl" } };
    const { json } = await gateway.post("/ofrep/v1/evaluate/flags", body, { token: tokens.browser });
    const flags = json["flags"] as { key: string; variant: string }[];
    return flags.find(({ key }) => key === "kept")?.variant ?? "";
  };
  assert.equal(await bulk(), "off");
  await publish(plan(5, 10_000, { phase: 3 }));
  assert.equal(await bulk(), "off");
});

test("kept variants have an end from the gateway's start, also in a bucket from before they had", async () => {
  const connection = await connect({ servers: log.nats.url });
  const { config } = await (await jetstreamManager(connection)).streams.info(`KV_${buckets.assignments}`);
  await connection.close();
  assert.equal(config.max_age, assignmentAgeMsMax * 1_000_000); // the server counts nanoseconds
});

test("a store that is away costs the stickiness, is said and counted, and no request", async () => {
  await redis.stop();
  const { status, json, headers } = await ask(byRedis, "dora");
  assert.equal(status, 200);
  assert.deepEqual([json["code"], json["variant"]], ["experiment_assigned", "treatment"]);
  assert.equal(headers.get("x-weir-sticky-unavailable"), "true");
  const one = await byRedis.post(
    "/ofrep/v1/evaluate/flags/kept",
    { context: { targetingKey: "dora" } },
    { token: tokens.browser },
  );
  assert.equal((one.json["metadata"] as { stickyUnavailable?: boolean }).stickyUnavailable, true);
  assert.match(
    (await byRedis.get("/metrics")).text,
    /weir_gateway_sticky_unavailable_total(\{[^}]*\})? [1-9]/,
  );
});
