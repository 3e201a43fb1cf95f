import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connect } from "node:net";
import { once } from "node:events";
import { servedHere, tokens, type TestResponse } from "./testing/gateway.ts";

const { gateway } = await servedHere();

const evaluateBody = { envKey: "test", flagKey: "beta", context: { targetingKey: "ada", beta: true } };

function assertProblem(response: TestResponse, status: number, code: string): void {
  assert.equal(response.status, status, response.text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const { json } = response;
  assert.equal(json["code"], code);
  assert.equal(json["status"], status);
  for (const name of ["type", "title", "detail", "correlationId"])
    assert.equal(typeof json[name], "string", name);
  assert.equal(response.headers.get("x-request-id"), json["correlationId"]);
  assert.match(response.headers.get("ratelimit") ?? "", /^"(token|address)";r=\d+;t=\d+$/);
  assert.match(response.headers.get("ratelimit-policy") ?? "", /;q=600000;w=60$/);
}

describe("evaluate", () => {
  test("answers with a decision that has an id of its own each time", async () => {
    const first = await gateway.post("/evaluate", evaluateBody);
    const second = await gateway.post("/evaluate", evaluateBody);
    assert.equal(first.status, 200, first.text);
    const { decisionId, ...decision } = first.json;
    assert.deepEqual(decision, {
      flagKey: "beta",
      variation: "on",
      value: true,
      reason: "TARGETING_MATCH",
      code: "rule_match",
      ruleId: "beta-users",
      configVersion: 1,
    });
    assert.notEqual(decisionId, second.json["decisionId"]);
  });

  test("a raw key and its pseudonym get the same variation", async () => {
    const assigned = await gateway.post("/v1/assignments?env=test", { experimentKey: "exp", userId: "ada" });
    const unitId = assigned.json["hashKey"];
    const byKey = await gateway.post("/evaluate", { ...evaluateBody, flagKey: "tested" });
    const byUnit = await gateway.post("/evaluate", {
      envKey: "test",
      flagKey: "tested",
      context: { unitId },
    });
    assert.equal(byKey.json["variant"], assigned.json["variant"]);
    assert.equal(byUnit.json["variant"], assigned.json["variant"]);
    assert.match(String(assigned.json["exposureToken"]), /^exp_tok_[\w-]+\.[\w-]+$/);
    assert.deepEqual(assigned.json["reasons"], ["experiment_assigned"]);
  });

  test("/v1/flags/evaluate says when a flag was killed", async () => {
    const { json } = await gateway.post(
      "/v1/flags/evaluate",
      { flagKey: "killed", userId: "ada" },
      { token: tokens.browser },
    );
    assert.deepEqual(json, { variant: "off", payload: false, rule: null, killSwitch: true });
  });

  test("the client's request id comes back, and a trace's id stands in for it", async () => {
    const own = await gateway.post("/evaluate", evaluateBody, { headers: { "x-request-id": "mine-1" } });
    assert.equal(own.headers.get("x-request-id"), "mine-1");
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traced = await gateway.post("/evaluate", evaluateBody, { headers: { traceparent } });
    assert.equal(traced.headers.get("x-request-id"), "0af7651916cd43dd8448eb211c80319c");
    const insane = await gateway.post("/evaluate", evaluateBody, { headers: { "x-request-id": "a b" } });
    assert.notEqual(insane.headers.get("x-request-id"), "a b");
  });

  test("browsers of any origin may evaluate, without credentials, and may not manage", async () => {
    const origin = "https://shop.example";
    const preflight = await gateway.send("OPTIONS", "/evaluate", {
      token: "",
      headers: { origin, "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
    assert.equal(preflight.headers.get("access-control-allow-credentials"), null);
    const refused = await gateway.send("OPTIONS", "/v1/flags", {
      token: "",
      headers: { origin, "access-control-request-method": "POST" },
    });
    assert.equal(refused.headers.get("access-control-allow-origin"), null);
    const answered = await gateway.post("/evaluate", evaluateBody, { headers: { origin } });
    assert.equal(answered.headers.get("access-control-allow-origin"), "*");
  });
});

describe("bad input is a problem document", () => {
  const cases: readonly (readonly [
    name: string,
    send: () => Promise<TestResponse>,
    status: number,
    code: string,
  ])[] = [
    ["JSON that is none", () => gateway.post("/evaluate", "{nope"), 400, "malformed_json"],
    ["an empty body", () => gateway.post("/evaluate", ""), 400, "malformed_json"],
    [
      "an unknown member",
      () => gateway.post("/evaluate", { ...evaluateBody, extra: 1 }),
      400,
      "invalid_request",
    ],
    [
      "a wrong type",
      () => gateway.post("/evaluate", { ...evaluateBody, flagKey: 7 }),
      400,
      "invalid_request",
    ],
    [
      "a context that is a list",
      () => gateway.post("/evaluate", { ...evaluateBody, context: [] }),
      400,
      "invalid_request",
    ],
    ["no unit", () => gateway.post("/evaluate", { ...evaluateBody, context: {} }), 400, "invalid_request"],
    ["an array", () => gateway.post("/evaluate", []), 400, "invalid_request"],
    ["null", () => gateway.post("/evaluate", "null"), 400, "invalid_request"],
    [
      "a key with odd characters",
      () => gateway.post("/evaluate", { ...evaluateBody, flagKey: "../é%00" }),
      400,
      "invalid_request",
    ],
    [
      "an unknown environment",
      () => gateway.post("/evaluate", { ...evaluateBody, envKey: "mars" }),
      404,
      "environment_not_found",
    ],
    [
      "an environment without a plan",
      () => gateway.post("/evaluate", { ...evaluateBody, envKey: "empty" }),
      404,
      "nothing_published",
    ],
    [
      "an unknown flag",
      () => gateway.post("/evaluate", { ...evaluateBody, flagKey: "nope" }),
      404,
      "flag_not_found",
    ],
    [
      "a flag named like a member of every object",
      () => gateway.post("/evaluate", { ...evaluateBody, flagKey: "constructor" }),
      404,
      "flag_not_found",
    ],
    [
      "an experiment named like one",
      () => gateway.post("/v1/assignments?env=test", { experimentKey: "constructor", userId: "a" }),
      404,
      "experiment_not_found",
    ],
    ["no token", () => gateway.post("/evaluate", evaluateBody, { token: "" }), 401, "unauthenticated"],
    [
      "a wrong token",
      () => gateway.post("/evaluate", evaluateBody, { token: "weir_swrong" }),
      401,
      "unauthenticated",
    ],
    [
      "another scheme",
      () => gateway.post("/evaluate", evaluateBody, { token: "", headers: { authorization: "Basic YTpi" } }),
      401,
      "unauthenticated",
    ],
    [
      "an expired token",
      () => gateway.post("/evaluate", evaluateBody, { token: tokens.expired }),
      401,
      "unauthenticated",
    ],
    [
      "a token without the scope",
      () => gateway.post("/evaluate", evaluateBody, { token: tokens.reader }),
      403,
      "forbidden",
    ],
    [
      "a token of another environment",
      () => gateway.post("/evaluate", { ...evaluateBody, envKey: "empty" }, { token: tokens.server }),
      403,
      "forbidden",
    ],
    [
      "a browser's token that wants the plan",
      () => gateway.get("/configs/test", { token: tokens.browser }),
      403,
      "forbidden",
    ],
    [
      "a browser's token that wants the stream",
      () => gateway.get("/stream/test", { token: tokens.browser }),
      403,
      "forbidden",
    ],
    [
      "an evaluating token that wants to manage",
      () => gateway.get("/v1/tokens", { token: tokens.server }),
      403,
      "forbidden",
    ],
    ["an unknown path", () => gateway.get("/nowhere"), 404, "route_not_found"],
    ["a wrong method", () => gateway.send("DELETE", "/evaluate"), 405, "method_not_allowed"],
    ["a path of junk escapes", () => gateway.get("/configs/%zz%"), 400, "invalid_request"],
    ["escapes that are not UTF-8", () => gateway.get("/configs/%ff%fe"), 400, "invalid_request"],
    ["an escaped slash in a key", () => gateway.get("/configs/a%2fb"), 404, "environment_not_found"],
    [
      "a body over the bound",
      () => gateway.post("/evaluate", `"${"x".repeat(1_100_000)}"`),
      413,
      "body_too_large",
    ],
    [
      "events of an unknown media type",
      () => gateway.post("/v1/exposures", "{}", { headers: { "content-type": "text/xml" } }),
      415,
      "unsupported_media_type",
    ],
    [
      "a nest of 400 000 arrays",
      () => gateway.post("/v1/flags?env=test", "[".repeat(400_000) + "]".repeat(400_000)),
      400,
      "invalid_request",
    ],
    [
      "a deep nest where any JSON may be",
      () =>
        gateway.post(
          "/v1/flags/evaluate?env=test",
          `{"flagKey":"plain","userId":"a","context":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
        ),
      400,
      "invalid_request",
    ],
    [
      "a sign-in with no such token",
      () => gateway.post("/v1/session", { token: "nope" }),
      401,
      "unauthenticated",
    ],
    [
      "a version that is none",
      () => gateway.send("PUT", "/v1/flags/a?env=test", { headers: { "if-match": "new" }, body: "{}" }),
      400,
      "invalid_request",
    ],
    [
      "an unknown lifecycle action",
      () => gateway.post("/v1/experiments/exp/explode?env=test", ""),
      404,
      "route_not_found",
    ],
    ["a control route without an environment", () => gateway.get("/v1/flags"), 400, "invalid_request"],
  ];
  for (const [name, send, status, code] of cases)
    test(`${name}: ${status} ${code}`, async () => assertProblem(await send(), status, code));

  test("every code of a 401 asks for a token, a 405 says what is allowed", async () => {
    const unauthenticated = await gateway.get("/v1/tokens", { token: "" });
    assert.equal(unauthenticated.headers.get("www-authenticate"), 'Bearer realm="weir"');
    const wrong = await gateway.send("PUT", "/evaluate");
    assert.equal(wrong.headers.get("allow"), "OPTIONS, POST");
  });

  test("a body that is announced larger than the bound is refused while it streams, also in chunks", async () => {
    const socket = connect(gateway.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `POST /evaluate HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.root}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = "x".repeat(65_536);
    for (let count = 0; count < 20; count++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.match(data.toString(), /^HTTP\/1.1 413 /);
    socket.destroy();
  });

  test("a client that leaves in the middle of its body does no harm", async () => {
    for (let count = 0; count < 20; count++) {
      const socket = connect(gateway.port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(
        `POST /v1/exposures HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.server}\r\nContent-Length: 500000\r\n\r\n[`,
      );
      socket.resetAndDestroy();
    }
    assert.equal((await gateway.get("/live")).status, 200);
  });
});

describe("plans", () => {
  test("/configs is signed, tagged, and 304 when the client has it", async () => {
    const config = await gateway.get("/configs/test", { token: tokens.server });
    assert.equal(config.status, 200);
    const etag = config.headers.get("etag") ?? "";
    assert.equal(etag, `"${String(config.json["etag"])}"`);
    const again = await gateway.get("/configs/test", {
      token: tokens.server,
      headers: { "if-none-match": etag },
    });
    assert.equal(again.status, 304);
    assert.equal(again.text, "");
  });

  test("HEAD answers as GET, without the body", async () => {
    const head = await gateway.send("HEAD", "/configs/test");
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
  });
});

describe("what the process says of itself", () => {
  test("live, metrics and the API's own description", async () => {
    assert.equal((await gateway.get("/live", { token: "" })).status, 200);
    const metrics = await gateway.get("/metrics", { token: "" });
    assert.match(metrics.text, /weir_gateway_requests_total\{route="evaluate",status="2xx"/);
    assert.match(metrics.text, /weir_gateway_plan_version\{environment="test"/);
    const { json } = await gateway.get("/openapi.json", { token: "" });
    assert.equal(json["openapi"], "3.1.0");
    const paths = json["paths"] as Record<string, unknown>;
    assert.ok(paths["/v1/experiments/{key}/{action}"]);
  });

  test("not ready while nobody answers for actors and analytics, and says which", async () => {
    const ready = await gateway.get("/ready", { token: "" });
    assert.equal(ready.status, 503);
    const parts = ready.json["parts"] as { name: string; ready: boolean }[];
    assert.deepEqual(
      parts.map((part) => [part.name, part.ready]),
      [
        ["log", true],
        ["directory", true],
        ["actors", false],
        ["analytics", false],
        ["letters", true],
      ],
    );
  });

  test("a browser that opens an unbuilt console gets a page under a strict policy", async () => {
    const page = await gateway.get("/experiments/exp", { token: "", headers: { accept: "text/html" } });
    assert.equal(page.status, 200);
    assert.match(page.text, /not built yet/);
    assert.match(page.headers.get("content-security-policy") ?? "", /require-trusted-types-for 'script'/);
  });
});
