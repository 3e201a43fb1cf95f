import assert from "node:assert/strict";
import { test } from "node:test";
import { OFREPApi } from "@openfeature/ofrep-core";
import { servedHere, tokens, type TestGateway } from "../testing/gateway.ts";
import { isSameTag } from "../etag.ts";

const { gateway } = await servedHere();

const token = tokens.browser;
const ada = { context: { targetingKey: "ada" } };
const single = (key: string, body: unknown = ada): ReturnType<TestGateway["post"]> =>
  gateway.post(`/ofrep/v1/evaluate/flags/${key}`, body, { token });
const bulk = (body: unknown = ada, headers: Record<string, string> = {}): ReturnType<TestGateway["post"]> =>
  gateway.post("/ofrep/v1/evaluate/flags", body, { token, headers });

test("one flag: key, value, variant and a reason of OFREP's own enum", async () => {
  const { status, json } = await single("beta", { context: { targetingKey: "ada", beta: true } });
  assert.equal(status, 200);
  assert.deepEqual(json, {
    key: "beta",
    reason: "TARGETING_MATCH",
    variant: "on",
    value: true,
    metadata: { version: 1, code: "rule_match", ruleId: "beta-users" },
  });
  assert.equal((await single("plain")).json["reason"], "STATIC");
  assert.equal((await single("beta")).json["reason"], "STATIC", "DEFAULT is not in the enum");
  assert.equal((await single("split")).json["reason"], "SPLIT");
  assert.equal((await single("killed")).json["reason"], "DISABLED");
});

test("every refusal carries key and errorCode", async () => {
  const cases = [
    ["plain", "{", 400, "PARSE_ERROR"],
    ["plain", {}, 400, "INVALID_CONTEXT"],
    ["plain", { context: [] }, 400, "INVALID_CONTEXT"],
    ["plain", { context: { targetingKey: 7 } }, 400, "INVALID_CONTEXT"],
    ["plain", { context: {} }, 400, "TARGETING_KEY_MISSING"],
    ["plain", { context: { targetingKey: "" } }, 400, "TARGETING_KEY_MISSING"],
    ["unknown", ada, 404, "FLAG_NOT_FOUND"],
    ["constructor", ada, 404, "FLAG_NOT_FOUND"],
  ] as const;
  for (const [key, body, status, errorCode] of cases) {
    const response = await single(key, body);
    assert.equal(response.status, status, errorCode);
    assert.equal(response.json["key"], key);
    assert.equal(response.json["errorCode"], errorCode);
  }
});

test("a key may come with its slash raw or encoded, and with other oddities", async () => {
  for (const [sent, key] of [
    ["a/b", "a/b"],
    ["a%2Fb", "a/b"],
    ["%C3%A9%20x", "é x"],
  ] as const) {
    const { status, json } = await single(sent);
    assert.equal(status, 404);
    assert.equal(json["key"], key);
  }
});

test("no token and no scope are 401 and 403", async () => {
  assert.equal((await gateway.post("/ofrep/v1/evaluate/flags/plain", ada, { token: "" })).status, 401);
  assert.equal(
    (await gateway.post("/ofrep/v1/evaluate/flags/plain", ada, { token: tokens.reader })).status,
    403,
  );
  const byKey = await gateway.post("/ofrep/v1/evaluate/flags/plain", ada, {
    token: "",
    headers: { "x-api-key": token },
  });
  assert.equal(byKey.status, 200);
});

test("bulk: every flag, tagged by plan and context, 304 without a body", async () => {
  const first = await bulk();
  assert.equal(first.status, 200);
  const keys = (first.json["flags"] as { key: string }[]).map(({ key }) => key);
  assert.deepEqual(keys.sort(), ["beta", "killed", "plain", "shadowed", "split", "tested"]);
  const etag = first.headers.get("etag") ?? "";
  const same = await bulk(ada, { "if-none-match": etag });
  assert.equal(same.status, 304);
  assert.equal(same.text, "");
});

test("a context that changes under the same targetingKey is no 304 (pinned: web provider keeps its tag)", async () => {
  const etag = (await bulk()).headers.get("etag") ?? "";
  const changed = await bulk({ context: { targetingKey: "ada", beta: true } }, { "if-none-match": etag });
  assert.equal(changed.status, 200);
  const other = await bulk({ context: { targetingKey: "bob" } }, { "if-none-match": etag });
  assert.equal(other.status, 200);
});

test("the reference client understands success, absence and refusal", async () => {
  const api = new OFREPApi({ baseUrl: gateway.url, headers: [["Authorization", `Bearer ${token}`]] });
  const good = await api.postEvaluateFlag("plain", { context: { targetingKey: "ada" } });
  assert.equal(good.httpStatus, 200);
  const absent = await api.postEvaluateFlag("nope", { context: { targetingKey: "ada" } });
  assert.equal(absent.httpStatus, 404);
  const refused = await api.postEvaluateFlag("plain", { context: {} });
  assert.equal(refused.httpStatus, 400);
  const all = await api.postBulkEvaluateFlags({ context: { targetingKey: "ada" } });
  assert.equal(all.httpStatus, 200);
});

test("If-None-Match may be a list, weak, or a star", () => {
  assert.ok(isSameTag('"a", W/"b"', '"b"'));
  assert.ok(isSameTag("*", '"b"'));
  assert.ok(!isSameTag('"bb"', '"b"'));
  assert.ok(!isSameTag("", '"b"'));
});
