import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Flag } from "../../protocols/flag.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";
import { systemClock } from "../../runtime/index.ts";
import { directory, eventually, servedHere, serveActors, testPlan, tokens } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();

interface Listening {
  readonly events: EventSourceMessage[];
  retryMs: number | undefined;
  close(): void;
}

async function listen(path: string, headers: Record<string, string> = {}): Promise<Listening> {
  const aborted = new AbortController();
  const response = await fetch(gateway.url + path, {
    headers: { authorization: `Bearer ${tokens.root}`, ...headers },
    signal: aborted.signal,
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const listening: Listening = { events: [], retryMs: undefined, close: () => aborted.abort() };
  const parser = createParser({
    onEvent: (event) => listening.events.push(event),
    onRetry: (retry) => (listening.retryMs = retry),
  });
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  })().catch(() => undefined);
  return listening;
}

test("a plan's stream sends the plan, then each newer one, and says when to come back", async () => {
  const stream = await listen("/stream/test");
  await eventually(() => stream.events.length === 1);
  const version = Number(stream.events[0]?.id);
  assert.equal(stream.events[0]?.event, "put");
  await eventually(() => stream.retryMs !== undefined);
  assert.ok((stream.retryMs ?? 0) >= 1_000 && (stream.retryMs ?? 0) <= 5_000);
  await log.putPlan(testPlan(version + 1));
  await eventually(() => stream.events.length === 2);
  const put = JSON.parse(stream.events[1]?.data ?? "") as { plan: { version: number } };
  assert.equal(put.plan.version, version + 1);
  stream.close();
});

test("Last-Event-ID of the newest version sends nothing until there is a newer one", async () => {
  const now = (await gateway.get("/configs/test")).json["plan"] as { version: number };
  const stream = await listen("/stream/test", { "last-event-id": String(now.version) });
  await eventually(() => stream.retryMs !== undefined);
  assert.equal(stream.events.length, 0);
  await log.putPlan(testPlan(now.version + 1));
  await eventually(() => stream.events.length === 1);
  stream.close();
});

test("an older version, or one with a foreign signature, changes nothing", async () => {
  const now = (await gateway.get("/configs/test")).json["plan"] as { version: number };
  await log.putPlan(testPlan(now.version - 1));
  const store = await log.connection.bucket("PLANS");
  const before = await store.get("test");
  const forged = JSON.stringify({
    plan: testPlan(now.version + 5),
    etag: "0".repeat(64),
    hmac: "00",
    ed25519: "x",
  });
  await store.put("test", Buffer.from(forged), before?.revision ?? 0);
  await systemClock.sleep(100);
  const after = (await gateway.get("/configs/test")).json["plan"] as { version: number };
  assert.equal(after.version, now.version);
});

test("a reader that never reads is cut and counted, and nobody else notices", async () => {
  const healthy = await listen("/stream/test");
  const stuck = connect(gateway.port, "127.0.0.1");
  await once(stuck, "connect");
  stuck.pause();
  stuck.write(`GET /stream/test HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.root}\r\n\r\n`);
  let version = ((await gateway.get("/configs/test")).json["plan"] as { version: number }).version;
  const heavy = (): ReturnType<typeof testPlan> => {
    const plan = testPlan(++version);
    const [first] = Object.values(plan.flags);
    assert.ok(first !== undefined);
    return {
      ...plan,
      flags: {
        ...plan.flags,
        [first.key]: {
          ...first,
          description: "x".repeat(2_000),
          tags: Array.from({ length: 100 }, () => "y".repeat(100)),
        },
        ...bulky(first),
      },
    };
  };
  const dropped = async (): Promise<boolean> =>
    /weir_gateway_sse_dropped_total(\{[^}]*\})? [1-9]/.test((await gateway.get("/metrics")).text);
  for (let count = 0; count < 30 && !(await dropped()); count++) {
    const plan = heavy();
    await log.putPlan(plan);
    await eventually(() => healthy.events.at(-1)?.id === String(plan.version));
  }
  assert.ok(await dropped());
  assert.equal((await gateway.get("/live")).status, 200);
  stuck.destroy();
  healthy.close();
});

/** About 600 KB of flags: a few of them fill every socket buffer. */
function bulky(first: Flag): Record<string, Flag> {
  const flags: Record<string, Flag> = {};
  for (let index = 0; index < 50; index++) {
    const key = `bulk-${index}`;
    flags[key] = { ...first, key: key as never, tags: Array.from({ length: 100 }, () => "z".repeat(100)) };
  }
  return flags;
}

test("results: the first by asking, then at most one a second, the newest", async () => {
  const result = (revision: number): ExperimentResult => ({ revision }) as ExperimentResult;
  const stop = await serveActors(log.connection, () => ({ ok: true, value: result(1) }));
  const stream = await listen("/stream/results/exp?env=test");
  await eventually(() => stream.events.length === 1);
  assert.equal(stream.events[0]?.event, "result");
  assert.equal(stream.events[0]?.id, "1");
  const subject = subjects.results("test" as EnvironmentKey, "exp" as ExperimentKey);
  for (let revision = 2; revision <= 20; revision++)
    log.connection.messaging.publish(subject, result(revision));
  await eventually(() => stream.events.length === 2);
  assert.equal(stream.events[1]?.id, "20");
  const resumed = await listen("/stream/results/exp?env=test", { "last-event-id": "19" });
  await eventually(() => resumed.events.length === 1);
  assert.equal(resumed.events[0]?.id, "20");
  stream.close();
  resumed.close();
  await stop();
  const unknown = await gateway.get("/stream/results/constructor?env=test");
  assert.equal(unknown.json["code"], "experiment_not_found");
});

test("an archived environment is served no more", async () => {
  const document = directory(2);
  await log.putDirectory({
    ...document,
    environments: document.environments.map((record) => ({ ...record, archived: record.key === "test" })),
  });
  await eventually(async () => (await gateway.get("/configs/test")).json["code"] === "environment_not_found");
});
