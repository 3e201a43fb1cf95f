import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeBatch, encodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import { partitionOf, streams } from "../../protocols/topology.ts";
import { unitIdOf } from "../../evaluation/unit.ts";
import { sealExposure } from "../evaluate/exposure-token.ts";
import { eventually, testPlan, servedHere, tokens } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();

const lastOf = (stream: string, subject: string): Promise<number> =>
  log.connection.reader.lastSequence(stream, subject);

async function recordsAfter(sequence: number): Promise<LogRecord[]> {
  const { name } = streams.events;
  const to = await lastOf(name, "events.test.*");
  const records: LogRecord[] = [];
  if (to <= sequence) return records;
  for await (const { data, subject } of log.connection.reader.readRange({
    stream: name,
    subject: "events.test.*",
    from: sequence + 1,
    to,
  }))
    for (const record of decodeBatch(data)) {
      if ("unit" in record)
        assert.equal(subject, `events.test.${partitionOf(record.unit, 8)}`, "in the unit's partition");
      records.push(record);
    }
  return records;
}

const position = (): Promise<number> => lastOf(streams.events.name, "events.test.*");
const codesOf = (json: Record<string, unknown>): string[] =>
  (json["errors"] as { code: string }[]).map(({ code }) => code);
const exposure = (members: object = {}): object => ({
  experimentKey: "exp",
  variant: "control",
  userId: "ada",
  ...members,
});

describe("events", () => {
  test("202 means that the log holds them, under pseudonyms, in the plan's words", async () => {
    const from = await position();
    const sent = { ...exposure(), id: "e-1", sessionId: "s-1", metadata: { page: "home" } };
    const { status, json } = await gateway.post("/v1/exposures", sent, { token: tokens.server });
    assert.equal(status, 202);
    assert.deepEqual(json, { status: "ok", accepted: 1, duplicate: 0, rejected: 0, errors: [] });
    const [record, ...others] = await recordsAfter(from);
    assert.equal(others.length, 0);
    assert.ok(record?.type === "exposure");
    const { at, ts, ...facts } = record;
    assert.equal(ts, at);
    const salt = testPlan().unitSalt;
    assert.deepEqual(facts, {
      type: "exposure",
      id: "e-1",
      unit: unitIdOf(salt, "user", "ada"),
      experiment: "exp",
      phase: 1,
      variant: "control",
      flag: "tested",
      session: unitIdOf(salt, "session", "s-1"),
      metadata: { page: "home" },
    });
  });

  test("an outcome counts as 1 without a value, and keeps properties and currency", async () => {
    const from = await position();
    const events = [
      { eventName: "order", userId: "ada", id: "o-1" },
      {
        name: "order",
        unit: "ada",
        id: "o-2",
        value: 2.5,
        currency: "EUR",
        properties: { items: 3 },
        ts: "2026-11-21T12:00:00Z",
      },
    ];
    const now = Date.now();
    const inWindow = Math.abs(now - Date.parse("2026-11-21T12:00:00Z")) < 80 * 86_400_000;
    const { json } = await gateway.post(
      "/events/metrics",
      { events: inWindow ? events : events.slice(0, 1) },
      { token: tokens.server },
    );
    assert.equal(json["accepted"], inWindow ? 2 : 1);
    const records = await recordsAfter(from);
    const first = records.find(({ id }) => id === "o-1");
    assert.ok(first?.type === "metric" && first.value === 1 && first.metadata === undefined);
    const second = records.find(({ id }) => id === "o-2");
    if (inWindow) assert.ok(second?.type === "metric" && second.value === 2.5);
    if (second?.type === "metric") assert.deepEqual(second.metadata, { items: 3, currency: "EUR" });
  });

  test("an id counts once: in one request, in parallel and later", async () => {
    const from = await position();
    const twice = [exposure({ id: "d-1" }), exposure({ id: "d-1" })];
    const [first, second] = await Promise.all([
      gateway.post("/v1/exposures", twice, { token: tokens.server }),
      gateway.post("/v1/exposures", twice, { token: tokens.server }),
    ]);
    assert.equal(Number(first.json["accepted"]) + Number(second.json["accepted"]), 1);
    assert.equal(Number(first.json["duplicate"]) + Number(second.json["duplicate"]), 3);
    const later = await gateway.post("/v1/exposures", twice, { token: tokens.server });
    assert.equal(later.json["duplicate"], 2);
    assert.equal((await recordsAfter(from)).length, 1);
    const other = await gateway.post(
      "/v1/events/outcome",
      { id: "d-1", name: "order", userId: "ada" },
      { token: tokens.server },
    );
    assert.equal(other.json["accepted"], 1, "an id is of its type");
  });

  test("each wrong event is named with its place and reason, and the others count", async () => {
    const now = Date.now();
    const day = 86_400_000;
    const events = [
      exposure({ id: "w-ok" }),
      exposure({ experimentKey: "constructor" }),
      exposure({ variant: "gold" }),
      exposure({ userId: undefined }),
      exposure({ unit: "ada" }),
      exposure({ ts: now + 2 * day }),
      exposure({ ts: now - 91 * day }),
      exposure({ ts: "yesterday" }),
      exposure({ surprise: true }),
      { exposureToken: "exp_tok_e30.x" },
      { userId: "ada" },
      exposure({ experiment: "other" }),
      exposure({ id: "with blank" }),
      "text",
      null,
    ];
    const { status, json } = await gateway.post("/v1/exposures", events, { token: tokens.server });
    assert.equal(status, 202);
    assert.equal(json["accepted"], 1);
    assert.deepEqual(codesOf(json), [
      "unknown_experiment",
      "unknown_variant",
      "missing_unit",
      "invalid_event",
      "timestamp_out_of_range",
      "timestamp_out_of_range",
      "invalid_event",
      "invalid_event",
      "invalid_token",
      "invalid_event",
      "invalid_event",
      "invalid_event",
      "invalid_event",
      "invalid_event",
    ]);
    assert.deepEqual(
      (json["errors"] as { index: number }[]).map(({ index }) => index),
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
  });

  test("1e999 is read as Infinity by JSON and refused, wherever it stands", async () => {
    const body =
      '[{"name":"a","userId":"u","value":1e999},{"name":"a","userId":"u","properties":{"x":[-1e999]}}]';
    const { json } = await gateway.post("/v1/events/outcome", body, { token: tokens.server });
    assert.deepEqual(codesOf(json), ["invalid_event", "invalid_event"]);
  });

  test("a backfill token may send any past", async () => {
    const old = { ...exposure({ id: "old" }), ts: 1_000 };
    const { json } = await gateway.post("/v1/exposures?env=test", old, { token: tokens.root });
    assert.equal(json["accepted"], 1, JSON.stringify(json));
  });

  test("an exposure token is enough, counts once, and holds in its own environment only", async () => {
    const { json } = await gateway.post(
      "/v1/assignments",
      { experimentKey: "exp", userId: "tok" },
      { token: tokens.browser },
    );
    const { exposureToken } = json;
    const send = (): Promise<{ json: Record<string, unknown> }> =>
      gateway.post("/v1/exposures", { exposureToken }, { token: tokens.browser });
    assert.equal((await send()).json["accepted"], 1);
    assert.equal((await send()).json["duplicate"], 1);
    const claims = {
      id: "x",
      environment: "empty" as never,
      experiment: "exp" as never,
      variant: "control",
      unit: "A".repeat(22) as never,
      phase: 1,
      expiresAt: Date.now() + 1_000,
    };
    const secret = log.keys.exposureSecret.toString("base64url");
    const foreign = await gateway.post(
      "/v1/exposures",
      { exposureToken: sealExposure(claims, secret) },
      { token: tokens.browser },
    );
    assert.deepEqual(codesOf(foreign.json), ["invalid_token"]);
    const expired = sealExposure({ ...claims, environment: "test" as never, expiresAt: 1 }, secret);
    assert.deepEqual(
      codesOf(
        (await gateway.post("/v1/exposures", { exposureToken: expired }, { token: tokens.browser })).json,
      ),
      ["invalid_token"],
    );
  });

  test("lines are taken one by one, and an unreadable one is only itself", async () => {
    const body = `${JSON.stringify(exposure({ id: "l-1" }))}\n{broken\n\n${JSON.stringify(exposure({ id: "l-2" }))}\n`;
    const { json } = await gateway.post("/v1/exposures", body, {
      token: tokens.server,
      headers: { "content-type": "application/x-ndjson" },
    });
    assert.equal(json["accepted"], 2);
    assert.deepEqual(codesOf(json), ["malformed_json"]);
  });

  test("more than 10 000 events a request are refused; none is not a mistake", async () => {
    const many = await gateway.post("/v1/exposures", `[${"1,".repeat(10_000)}1]`, { token: tokens.server });
    assert.equal(many.status, 400);
    assert.deepEqual((await gateway.post("/v1/exposures", [], { token: tokens.server })).json["accepted"], 0);
  });

  test("a batch's bytes are those of encodeBatch", async () => {
    const from = await position();
    const events = Array.from({ length: 600 }, (_, index) => exposure({ id: `b-${index}`, userId: "same" }));
    const { json } = await gateway.post("/v1/exposures", events, { token: tokens.server });
    assert.equal(json["accepted"], 600);
    const { name } = streams.events;
    const sizes: number[] = [];
    for await (const { data } of log.connection.reader.readRange({
      stream: name,
      subject: "events.test.*",
      from: from + 1,
      to: await position(),
    })) {
      const records = decodeBatch(data);
      assert.deepEqual(Buffer.from(encodeBatch(records)), Buffer.from(data));
      sizes.push(records.length);
    }
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      600,
    );
    assert.ok(Math.max(...sizes) <= 500);
  });

  test("rejected events wait in the dead-letter stream, without raw keys", async () => {
    const from = await lastOf(streams.dead.name, "dead.events.test");
    await gateway.post(
      "/v1/exposures",
      exposure({ variant: "gold", userId: "secret-person", sessionId: "secret-session" }),
      { token: tokens.server },
    );
    await eventually(async () => (await lastOf(streams.dead.name, "dead.events.test")) > from);
    const to = await lastOf(streams.dead.name, "dead.events.test");
    for await (const { data } of log.connection.reader.readRange({
      stream: streams.dead.name,
      subject: "dead.events.test",
      from: from + 1,
      to,
    })) {
      const text = Buffer.from(data).toString();
      assert.doesNotMatch(text, /secret/);
      const letter = JSON.parse(text) as Record<string, unknown>;
      assert.equal(letter["code"], "unknown_variant");
      assert.equal(letter["token"], tokens.server.slice(0, 12));
      assert.equal(
        (letter["event"] as { unitId: string }).unitId,
        unitIdOf(testPlan().unitSalt, "user", "secret-person"),
      );
    }
  });
});

test("events sent while the log is away are acknowledged when it is back, once", async () => {
  const from = await position();
  await log.nats.stop();
  const waiting = gateway.post(
    "/v1/exposures",
    [exposure({ id: "away-1" }), exposure({ id: "away-2", userId: "bob" })],
    { token: tokens.server },
  );
  const evaluated = await gateway.post("/evaluate", {
    envKey: "test",
    flagKey: "plain",
    context: { targetingKey: "a" },
  });
  assert.equal(evaluated.status, 200, "evaluation does not need the log");
  await log.nats.restart();
  const { status, json } = await waiting;
  assert.equal(status, 202, JSON.stringify(json));
  assert.equal(json["accepted"], 2);
  await eventually(() =>
    position().then(
      (sequence) => sequence > from,
      () => false,
    ),
  ); // our own connection is back, too
  const ids = (await recordsAfter(from)).map(({ id }) => id).filter((id) => id.startsWith("away-"));
  assert.deepEqual(ids.sort(), ["away-1", "away-2"]);
});
