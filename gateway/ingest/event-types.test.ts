import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { IdentifyRecord } from "../../protocols/log-record.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { unitIdOf } from "../../evaluation/unit.ts";
import { lastEvent, recordsAfter } from "../testing/events.ts";
import {
  openServingGateway,
  openTestGateway,
  testPlan,
  tokens,
  type TestGateway,
  type TestLog,
  type TestResponse,
} from "../testing/gateway.ts";

let log: TestLog;
let gateway: TestGateway;
let second: TestGateway;

before(async () => {
  ({ log, gateway } = await openServingGateway());
  second = await openTestGateway(log);
  await second.linked;
});
after(async () => {
  await second?.close();
  await gateway?.close();
  await log?.close();
});

const unitOf = (rawKey: string): string => unitIdOf(testPlan().unitSalt, "user", rawKey);
const codesOf = ({ json }: TestResponse): string[] =>
  ((json["errors"] ?? []) as { code: string }[]).map(({ code }) => code);
const send = (events: unknown, to = gateway): Promise<TestResponse> =>
  to.post("/v1/events", events, { token: tokens.server });
const counts = ({ json }: TestResponse): unknown[] => [
  json["accepted"],
  json["duplicate"],
  json["rejected"],
  json["optedOut"] ?? 0,
];

describe("a mixed batch", () => {
  test("each type becomes its record, and nothing else of what was sent is stored", async () => {
    const from = await lastEvent(log);
    const events = [
      { type: "exposure", id: "m-1", userId: "mia", experimentKey: "exp", variant: "control", bot: true },
      { type: "metric", id: "m-2", userId: "mia", name: "buy", value: -0.5, metadata: { a: [1] } },
      { type: "decision", id: "m-3", userId: "mia", flagKey: "tested", variation: "on", reason: "SPLIT" },
      {
        type: "decision",
        id: "m-4",
        userId: "mia",
        flagKey: "tested",
        variation: "on",
        experimentKey: "exp",
      },
      { type: "slot", id: "m-5", userId: "mia", ranking: "r-1", items: [{ item: "x", propensity: 0.5 }] },
      { type: "reward", id: "m-6", userId: "mia", of: "r-1", value: 2, item: "x" },
      { type: "shadow", id: "m-7", userId: "mia", flagKey: "plain", served: 1, candidate: { a: null } },
      { type: "consent", id: "m-8", userId: "mia", analytics: true },
      { type: "identify", id: "m-9", anonymousId: "mia", userId: "maria" },
    ];
    const response = await send({ events });
    assert.deepEqual(counts(response), [9, 0, 0, 0], response.text);
    const found = (await recordsAfter(log, from)).map(({ record }) => record);
    const facts = Object.fromEntries(
      found.map((record) => {
        const { id, at: _at, ...others } = record;
        if ("ts" in others) Object.assign(others, { ts: 0 });
        return [id, others];
      }),
    );
    const [unit, ts] = [unitOf("mia"), 0];
    assert.deepEqual(facts, {
      "m-1": {
        type: "exposure",
        ts,
        unit,
        experiment: "exp",
        phase: 1,
        variant: "control",
        flag: "tested",
        bot: true,
      },
      "m-2": { type: "metric", ts, unit, name: "buy", value: -0.5, metadata: { a: [1] } },
      "m-3": { type: "decision", ts, unit, flag: "tested", variation: "on", reason: "SPLIT" },
      "m-4": { type: "decision", ts, unit, flag: "tested", variation: "on", experiment: "exp", phase: 1 },
      "m-5": { type: "slot", ts, unit, ranking: "r-1", items: [{ item: "x", propensity: 0.5 }] },
      "m-6": { type: "reward", ts, unit, of: "r-1", name: "reward", value: 2, item: "x" },
      "m-7": { type: "shadow", ts, unit, flag: "plain", served: 1, candidate: { a: null } },
      "m-8": { type: "consent", ts, unit, analytics: true },
      "m-9": { type: "identify", ts, unit, known: unitOf("maria") },
    });
  });

  test("an event must name a type that there is, and has only members of that type", async () => {
    const response = await send([
      { userId: "a", name: "buy" },
      { type: "constructor", userId: "a" },
      { type: "metric", userId: "a", name: "buy", variant: "control" },
      { type: "metric", userId: "a", name: "buy", properties: { big: "x".repeat(8_192) } },
      { type: "slot", userId: "a", ranking: "r", items: [] },
    ]);
    assert.deepEqual(
      codesOf(response),
      Array.from({ length: 5 }, () => "invalid_event"),
    );
  });

  test("an id that is used again for something else is refused; the same again is a duplicate", async () => {
    const event = { type: "metric", id: "reuse", userId: "a", name: "buy", value: 1, ts: Date.now() };
    assert.deepEqual(counts(await send(event)), [1, 0, 0, 0]);
    assert.deepEqual(counts(await send(event)), [0, 1, 0, 0]);
    for (const other of [{ value: 2 }, { userId: "b" }, { name: "sell" }, { ts: event.ts + 1 }])
      assert.deepEqual(codesOf(await send({ ...event, ...other })), ["id_reused"]);
    const twice = [
      { ...event, id: "reuse-2" },
      { ...event, id: "reuse-2", value: 2 },
    ];
    assert.deepEqual(counts(await send(twice)), [1, 0, 1, 0], "also within one request");
    assert.match(
      (await gateway.get("/metrics")).text,
      /weir_ingest_rejected_total\{code="id_reused",[^}]*\} 5/,
    );
  });

  test("the same batch to two gateways at once is in the log under the same ids", async () => {
    const from = await lastEvent(log);
    const events = Array.from({ length: 50 }, (_, index) => ({
      type: "metric",
      id: `both-${index}`,
      userId: `both-${index}`,
      name: "buy",
    }));
    await Promise.all([send(events), send(events, second)]);
    const found = await recordsAfter(log, from);
    assert.equal(new Set(found.map(({ record }) => `${record.type}:${record.id}`)).size, 50);
    // Whatever is there twice is in the same partition, where its fold drops the second.
    const places = new Set(found.map(({ record, partition }) => `${record.id}@${partition}`));
    assert.equal(places.size, 50);
  });
});

describe("what a request may look like", () => {
  const line = JSON.stringify({ type: "metric", userId: "zed", name: "zip" });
  const packed = (text: string): Promise<Response> =>
    fetch(`${gateway.url}/v1/events`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens.server}`,
        "content-type": "application/x-ndjson",
        "content-encoding": "gzip",
      },
      body: gzipSync(text),
    });

  test("lines may be packed by gzip", async () => {
    const response = await packed(`${line}\n${line}\n`);
    assert.equal(response.status, 202);
    assert.equal(((await response.json()) as { accepted: number }).accepted, 2);
  });

  test("a small packet that unfolds to more than a body may have is refused", async () => {
    assert.equal((await packed(" ".repeat(8 * 1_048_576))).status, 413);
  });

  test("what is not gzip, or another packing, is said to be that", async () => {
    const headers = { "content-encoding": "gzip" };
    const notPacked = await gateway.post("/v1/events", "[]", { token: tokens.server, headers });
    assert.equal(notPacked.status, 400);
    const other = await gateway.post("/v1/events", "[]", {
      token: tokens.server,
      headers: { "content-encoding": "br" },
    });
    assert.equal(other.status, 415);
    assert.equal(other.headers.get("accept-encoding"), "gzip");
  });

  test("a clock that is off by more than five seconds is corrected when the sender says its time", async () => {
    const from = await lastEvent(log);
    const hour = 3_600_000;
    const event = (id: string, ts: number): object => ({
      type: "metric",
      id,
      userId: "skew",
      name: "tick",
      ts,
    });
    const now = Date.now();
    await send({ sentAt: now + 48 * hour, events: [event("fast", now + 47 * hour)] });
    await send({ sentAt: new Date(now + 2_000).toISOString(), events: [event("fine", now - hour)] });
    assert.equal((await send({ sentAt: "noon", events: [] })).status, 400);
    const times = new Map(
      (await recordsAfter(log, from)).map(({ record }) => [record.id, "ts" in record ? record.ts : 0]),
    );
    assert.ok(Math.abs((times.get("fast") ?? 0) - (now - hour)) < 5_000);
    assert.equal(times.get("fine"), now - hour);
  });
});

describe("identity", () => {
  const identify = (unit: string, known: string, to = gateway): Promise<TestResponse> =>
    to.post("/v1/identify", { anonymousId: unit, userId: known }, { token: tokens.server });

  test("a link is in the partitions of both units, once when they share one", async () => {
    const from = await lastEvent(log);
    for (let count = 0; count < 20; count++) await identify(`anon-${count}`, `known-${count}`);
    const links = (await recordsAfter(log, from)) as { record: IdentifyRecord; partition: number }[];
    for (let count = 0; count < 20; count++) {
      const unit = unitOf(`anon-${count}`);
      const wanted = new Set([partitionOf(unit, 8), partitionOf(unitOf(`known-${count}`), 8)]);
      const found = links.filter(({ record }) => record.unit === unit).map(({ partition }) => partition);
      assert.equal(found.length, wanted.size);
      assert.deepEqual(new Set(found), wanted);
    }
  });

  test("a unit is linked once, to one that is not linked itself, whichever gateway is asked", async () => {
    assert.deepEqual(counts(await identify("a-1", "k-1")), [1, 0, 0, 0]);
    assert.deepEqual(
      counts(await identify("a-1", "k-1", second)),
      [1, 0, 0, 0],
      "saying it again changes nothing",
    );
    assert.deepEqual(counts(await identify("a-2", "k-1", second)), [1, 0, 0, 0], "many may be one");
    const refusals = [
      await identify("a-1", "k-2", second),
      await identify("k-1", "k-2"),
      await identify("a-3", "a-1", second),
      await identify("a-4", "a-4"),
    ];
    for (const refused of refusals) assert.deepEqual(codesOf(refused), ["identity_conflict"], refused.text);
  });

  test("of rivals for one unit one wins, and no link leads to another", async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b] = [`left-${round}`, `right-${round}`];
      const both = await Promise.all([identify(a, b), identify(b, a, second)]);
      const accepted = both.filter(({ json }) => json["accepted"] === 1).length;
      assert.ok(accepted <= 1);
      const later = await Promise.all([identify(a, `x-${round}`), identify(a, `y-${round}`, second)]);
      assert.ok(later.filter(({ json }) => json["accepted"] === 1).length <= 1);
    }
  });

  test("exactly one form of each unit is needed", async () => {
    const bodies = [
      { userId: "k" },
      { anonymousId: "a" },
      { anonymousId: "a", unit: "a", userId: "k" },
      { unit: "a", userId: "k", knownId: "A".repeat(22) },
    ];
    const response = await gateway.post("/v1/identify", bodies, { token: tokens.server });
    assert.deepEqual(codesOf(response), ["missing_unit", "missing_unit", "invalid_event", "invalid_event"]);
  });
});
