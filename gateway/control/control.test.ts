import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fail, succeed, type Reply } from "../../protocols/errors.ts";
import { subjects } from "../../protocols/topology.ts";
import { tokenHash } from "../auth.ts";
import {
  directory,
  eventually,
  openServingGateway,
  serveActors,
  tokens,
  type Asked,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";

// What the gateway asks of the actors, and how it shows what they say. The actors here are stand-ins.

let log: TestLog;
let gateway: TestGateway;
let asked: (Asked & { subject: string })[] = [];
let answer: (asked: Asked, subject: string) => Reply<unknown, { code: string }> = () => succeed({});

before(async () => {
  ({ log, gateway } = await openServingGateway());
  await serveActors(log.connection, (message, subject) => {
    asked.push({ ...message, subject });
    return answer(message, subject);
  });
});
after(async () => {
  await gateway?.close();
  await log?.close();
});

const versioned = (entity: unknown, version = 3): unknown => ({
  entity,
  version,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: "x",
});
const flag = {
  type: "boolean",
  variations: [{ key: "on", value: true }],
  offVariation: "on",
  fallthrough: { variation: "on" },
};
const put = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): ReturnType<TestGateway["send"]> =>
  gateway.send("PUT", path, {
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

test("PUT takes its key from the path and its expectation from If-Match; the answer's ETag is the version", async () => {
  asked = [];
  answer = () => succeed(versioned({ key: "new" }));
  const { status, headers } = await put("/v1/flags/new?env=test", flag, {
    "if-match": '"2"',
    "idempotency-key": "k-1",
  });
  assert.equal(status, 200);
  assert.equal(headers.get("etag"), '"3"');
  const [ask] = asked;
  assert.equal(ask?.id, `${tokens.root.slice(0, 12)}:k-1`);
  assert.equal(ask?.by, tokens.root.slice(0, 12));
  assert.match(ask?.subject ?? "", /\.environment\.test$/);
  const message = ask?.message as unknown as {
    type: string;
    expectedVersion: number;
    flag: { key: string; rules: unknown[] };
  };
  assert.equal(message.type, "put_flag");
  assert.equal(message.expectedVersion, 2);
  assert.equal(message.flag.key, "new");
  assert.deepEqual(message.flag.rules, []);
});

test("POST creates: it must not exist, and 201 says that it does now", async () => {
  asked = [];
  answer = () => succeed(versioned({ key: "new" }, 1));
  const { status } = await gateway.post("/v1/flags?env=test", { key: "new", ...flag });
  assert.equal(status, 201);
  assert.equal((asked[0]?.message as { expectedVersion?: number } | undefined)?.expectedVersion, 0);
});

test("an actor's refusal is a problem with its fields", async () => {
  answer = () => fail({ code: "version_conflict", expected: 1, actual: 4 });
  const conflict = await put("/v1/flags/new?env=test", flag, { "if-match": '"1"' });
  assert.equal(conflict.status, 412);
  assert.equal(conflict.json["actual"], 4);
  answer = () => fail({ code: "invalid_plan", problems: [{ path: "flags.a", message: "is missing" }] });
  const refused = await gateway.post("/v1/environments/test/publish", {});
  assert.equal(refused.status, 422);
  assert.deepEqual(refused.json["problems"], [{ path: "flags.a", message: "is missing" }]);
  answer = () => fail({ code: "code_of_a_newer_version" });
  assert.equal((await gateway.post("/v1/environments/test/publish", {})).json["code"], "internal");
});

test("bodies are parsed strictly and every mistake is named", async () => {
  const { status, json } = await put("/v1/flags/new?env=test", { ...flag, surprise: 1, type: "maybe" });
  assert.equal(status, 400);
  assert.equal((json["issues"] as unknown[]).length, 2);
  const contradiction = await put("/v1/flags/new?env=test", { ...flag, key: "old" });
  assert.equal((contradiction.json["issues"] as { path: string }[])[0]?.path, "key");
});

test("lifecycle, publish and rollback ask the environment", async () => {
  const receipt = { version: 2, etag: "e", warnings: [] };
  answer = () => succeed(receipt);
  asked = [];
  await gateway.post("/v1/experiments/exp/start?env=test", "");
  await gateway.post("/v1/environments/test/publish", { note: "why" });
  await gateway.post("/v1/flags/plain/publish?env=test", "");
  const rolled = await gateway.post("/v1/environments/test/rollback", { version: 1 });
  assert.deepEqual(rolled.json, receipt);
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "lifecycle", experiment: "exp", action: "start" },
      { type: "publish", note: "why" },
      { type: "publish", flag: "plain" },
      { type: "rollback", version: 1 },
    ],
  );
});

test("lists come in the actor's pages, and a cursor names the last item seen", async () => {
  asked = [];
  answer = ({ message }) => {
    const { after } = message as { after?: string };
    return succeed(
      after === undefined
        ? { items: [versioned({ key: "a" })], next: "a" }
        : { items: [versioned({ key: "b" })] },
    );
  };
  const first = await gateway.get("/v1/flags?env=test&limit=1");
  assert.equal((first.json["items"] as unknown[]).length, 1);
  const rest = await gateway.get(`/v1/flags?env=test&limit=1&cursor=${String(first.json["next"])}`);
  assert.equal(rest.json["next"], undefined);
  answer = () => succeed({ items: [{ version: 3 }, { version: 2 }], next: 2 });
  const versions = await gateway.get("/v1/environments/test/versions?limit=2");
  assert.deepEqual(versions.json["items"], [{ version: 3 }, { version: 2 }]);
  await gateway.get(`/v1/environments/test/versions?limit=2&cursor=${String(versions.json["next"])}`);
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "list", collection: "flags", limit: 1 },
      { type: "list", collection: "flags", limit: 1, after: "a" },
      { type: "list_versions", limit: 2 },
      { type: "list_versions", limit: 2, before: 2 },
    ],
  );
  for (const bad of ["limit=0", "limit=101", "limit=x", "cursor=%00"])
    assert.equal((await gateway.get(`/v1/flags?env=test&${bad}`)).status, 400, bad);
  answer = () => fail({ code: "flag_not_found", flag: "none" });
  assert.equal((await gateway.get("/v1/flags/none?env=test")).status, 404);
  assert.equal((await gateway.get("/v1/flags/NO?env=test")).status, 400);
});

test("layers, holdouts and segments are put, read and removed as flags are", async () => {
  answer = () => succeed(versioned({ key: "checkout" }));
  for (const [path, entity, put_, remove] of [
    ["layers", {}, "put_layer", "remove_layer"],
    ["holdouts", { share: 500 }, "put_holdout", "remove_holdout"],
    ["segments", {}, "put_segment", "remove_segment"],
  ] as const) {
    asked = [];
    const made = await put(`/v1/${path}/checkout?env=test`, entity, { "if-match": '"2"' });
    assert.equal(made.status, 200, made.text);
    assert.equal(made.headers.get("etag"), '"3"');
    const one = await gateway.get(`/v1/${path}/checkout?env=test`);
    assert.equal(one.headers.get("etag"), '"3"');
    const removed = await gateway.send("DELETE", `/v1/${path}/checkout?env=test`, {
      headers: { "if-match": '"3"' },
    });
    assert.equal(removed.status, 204);
    assert.deepEqual(
      asked.map(({ message }) => [message.type, (message as { expectedVersion?: number }).expectedVersion]),
      [
        [put_, 2],
        ["get_entity", undefined],
        [remove, 3],
      ],
    );
  }
  answer = () => fail({ code: "referenced", what: "layer", key: "checkout", by: ["exp"] });
  assert.equal((await gateway.send("DELETE", "/v1/layers/checkout?env=test")).status, 409);
});

test("an override is for a unit or a session, whose raw key goes no further, and answers with its receipt", async () => {
  asked = [];
  answer = () => succeed({ version: 4, etag: "e4", warnings: [], overrides: [] });
  const target = { flag: "plain", variation: "on" };
  const made = await gateway.post("/v1/overrides?env=test", { key: "ada-on", userId: "ada", target });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get("etag"), '"e4"');
  await put("/v1/overrides/visit?env=test", { sessionId: "ada", target }, { "if-match": '"1"' });
  const several = { overrides: [{ key: "a", unit: "A".repeat(22), target }] };
  await gateway.post("/v1/overrides?env=test", several);
  await gateway.send("DELETE", "/v1/overrides/visit?env=test");
  const [one, session, list, removal] = asked.map(({ message }) => message as never as Record<string, never>);
  assert.equal(one?.["type"], "put_override");
  assert.equal(one?.["expectedVersion"], 0);
  assert.equal(session?.["expectedVersion"], 1);
  const [unitOfUser, unitOfSession] = [one, session].map(
    (each) => (each?.["override"] as unknown as { unit: string } | undefined)?.unit,
  );
  assert.match(unitOfUser ?? "", /^[\w-]{22}$/);
  assert.notEqual(unitOfUser, unitOfSession, "a user and a session with the same key are two");
  assert.doesNotMatch(JSON.stringify([one, session]), /"ada"|userId|sessionId/);
  assert.equal(list?.["type"], "put_overrides");
  assert.equal(removal?.["type"], "remove_override");
  const both = { key: "x", userId: "a", unit: "A".repeat(22), target };
  assert.equal((await gateway.post("/v1/overrides?env=test", both)).status, 400);
});

test("a dry run and the version that the author saw reach the environment", async () => {
  asked = [];
  const preview = {
    dryRun: true,
    version: 2,
    warnings: [],
    problems: [],
    blastRadius: { units: 1, share: 0, flags: [] },
  };
  answer = () => succeed(preview);
  const headers = { "if-match": '"1"' };
  const seen = await gateway.post("/v1/environments/test/publish", { dryRun: true }, { headers });
  assert.deepEqual(seen.json, preview);
  await gateway.post("/v1/experiments/exp/new-phase?env=test", "");
  await gateway.post("/v1/experiments/exp/archive?env=test", "");
  await gateway.post("/v1/experiments/exp/publish?env=test", { note: "live edit" });
  assert.equal((await gateway.post("/v1/experiments/exp/explode?env=test", "")).status, 404);
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "publish", dryRun: true, expectedVersion: 1 },
      { type: "new_phase", experiment: "exp" },
      { type: "archive_experiment", experiment: "exp" },
      { type: "publish", experiment: "exp", note: "live edit" },
    ],
  );
});

test("a token's text is shown once, and only its hash travels", async () => {
  let version = 10;
  asked = [];
  answer = ({ message }) => {
    const { hash, prefix, token } = message as unknown as { hash: string; prefix: string; token: object };
    const record = { hash, prefix, ...token, createdAt: 5 };
    const document = directory(++version);
    void log.putDirectory({ ...document, tokens: [...document.tokens, record as never] });
    return succeed(record);
  };
  const input = { name: "site", kind: "browser", scopes: ["flags:evaluate"], environment: "test" };
  const made = await gateway.post("/v1/tokens", input);
  assert.equal(made.status, 201, made.text);
  const token = String(made.json["token"]);
  assert.match(token, /^weir_b[\w-]{32}$/);
  assert.equal(made.json["hash"], undefined);
  assert.equal(made.json["prefix"], token.slice(0, 12));
  assert.equal((asked[0]?.message as { hash?: string } | undefined)?.hash, tokenHash(token));
  assert.doesNotMatch(JSON.stringify(asked), new RegExp(token));
  const used = await gateway.post(
    "/evaluate",
    { envKey: "test", flagKey: "plain", context: { targetingKey: "a" } },
    { token },
  );
  assert.equal(used.status, 200, "at once");
  const again = { headers: { "idempotency-key": "same" } };
  const first = await gateway.post("/v1/tokens", input, again);
  assert.equal((await gateway.post("/v1/tokens", input, again)).json["token"], first.json["token"]);
  const list = await gateway.get("/v1/tokens");
  assert.doesNotMatch(list.text, /"hash"/);
});

test("a session's cookie reads; it changes things from its own site only, and ends when asked", async () => {
  const host = `127.0.0.1:${gateway.port}`;
  const origin = `http://${host}`;
  const signed = await gateway.post(
    "/v1/session",
    { token: tokens.root },
    { token: "", headers: { origin } },
  );
  assert.equal(signed.status, 200, signed.text);
  const cookieLine = signed.headers.get("set-cookie") ?? "";
  assert.match(cookieLine, /^weir_session=[^;]+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
  assert.doesNotMatch(cookieLine, new RegExp(tokens.root));
  const cookie = cookieLine.split(";", 1)[0] ?? "";
  const who = await gateway.get("/v1/session", { token: "", headers: { cookie } });
  assert.equal(who.json["name"], tokens.root);
  answer = () => succeed({ version: 1, etag: "e", warnings: [] });
  const publish = (headers: Record<string, string>): ReturnType<TestGateway["post"]> =>
    gateway.post("/v1/environments/test/publish", {}, { token: "", headers: { cookie, ...headers } });
  assert.equal((await publish({ origin })).status, 200);
  assert.equal((await publish({ origin: "https://evil.example" })).json["code"], "origin_refused");
  assert.equal((await publish({ origin: "null" })).json["code"], "origin_refused");
  assert.equal((await publish({ origin, "sec-fetch-site": "cross-site" })).json["code"], "origin_refused");
  assert.equal((await publish({ "sec-fetch-site": "same-origin" })).status, 200);
  assert.equal((await publish({})).json["code"], "origin_refused");
  const tampered = `${cookie.slice(0, -2)}xx`;
  assert.equal((await gateway.get("/v1/session", { token: "", headers: { cookie: tampered } })).status, 401);
  const out = await gateway.send("DELETE", "/v1/session", { token: "", headers: { cookie, origin } });
  assert.equal(out.status, 204);
  assert.match(out.headers.get("set-cookie") ?? "", /Max-Age=0/);
  const browser = await gateway.post("/v1/session", { token: tokens.browser }, { token: "" });
  assert.equal(browser.status, 403);
});

test("the pipeline is level when folds and warehouse have what the log has", async () => {
  await gateway.post(
    "/v1/exposures",
    { experimentKey: "exp", variant: "control", userId: "ada" },
    { token: tokens.server },
  );
  const newest = await log.connection.reader.lastSequence("EVENTS", "events.test.*");
  answer = () => succeed({ position: newest });
  const early = await gateway.get("/v1/environments/test/pipeline");
  assert.equal(early.json["level"], false, "no warehouse answers");
  const stop = await log.connection.messaging.serve(subjects.warehousePosition, async () =>
    succeed({ acknowledged: newest }),
  );
  const { json } = await gateway.get("/v1/environments/test/pipeline");
  assert.equal(json["level"], true, JSON.stringify(json));
  assert.equal((json["partitions"] as unknown[]).length, 8);
  assert.equal(json["warehouse"], newest);
  await eventually(async () => (await gateway.get("/ready")).status === 200);
  await stop();
});

test("results come from the experiment, by source", async () => {
  asked = [];
  answer = () => succeed({ revision: 7, summary: { variants: [], crossovers: 0 } });
  const { headers } = await gateway.get("/v1/experiments/exp/results?env=test&source=warehouse");
  assert.equal(headers.get("etag"), '"7"');
  assert.deepEqual(asked[0]?.message, { type: "result", source: "warehouse" });
  assert.equal((await gateway.get("/v1/experiments/exp/results?env=test&source=oracle")).status, 400);
});
