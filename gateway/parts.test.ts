import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailureCode } from "../protocols/failures.ts";
import { ManualClock } from "../runtime/testing/manual-clock.ts";
import { gatewayConfig } from "./config.ts";
import { Cors } from "./cors.ts";
import { RateLimit } from "./limits.ts";
import { problemAnswer, statusOf } from "./problem.ts";
import { Router } from "./router.ts";
import { openSession, sealSession } from "./session.ts";
import { openExposure, sealExposure } from "./evaluate/exposure-token.ts";
import { UnitIds } from "./units.ts";
import { unitIdOf } from "../evaluation/unit.ts";

const tick = (): Promise<void> => new Promise(setImmediate);

describe("router", () => {
  const router = new Router<string>();
  const add = (method: "GET" | "POST", path: string, greedy = false): void =>
    router.add({ method, path, scope: "public", summary: "" }, `${method} ${path}`, { greedy });
  add("GET", "/v1/flags");
  add("POST", "/v1/flags");
  add("GET", "/v1/flags/:key");
  add("POST", "/v1/flags/:key/publish");
  add("POST", "/deep/:key", true);

  test("finds whole paths, parameters and remainders, decoded", () => {
    assert.deepEqual(router.find("GET", "/v1/flags"), { kind: "found", target: "GET /v1/flags", params: [] });
    assert.deepEqual(router.find("HEAD", "/v1/flags/a%20b"), {
      kind: "found",
      target: "GET /v1/flags/:key",
      params: ["a b"],
    });
    assert.deepEqual(router.find("POST", "/deep/a/b%2Fc"), {
      kind: "found",
      target: "POST /deep/:key",
      params: ["a/b/c"],
    });
  });

  test("tells a wrong method from a wrong path and from a bad escape", () => {
    assert.deepEqual(router.find("DELETE", "/v1/flags"), {
      kind: "wrong_method",
      allowed: ["GET", "HEAD", "OPTIONS", "POST"],
    });
    assert.deepEqual(router.find("GET", "/v1/flags/"), { kind: "not_found" });
    assert.deepEqual(router.find("GET", "/v1/flags/%f"), { kind: "bad_encoding" });
    assert.deepEqual(router.find("GET", "/constructor"), { kind: "not_found" });
  });
});

describe("rate limits", () => {
  test("refuses above the limit, says for how long, and grants again afterwards", async () => {
    const clock = new ManualClock();
    const limit = new RateLimit("token", 10, clock);
    let granted = 0;
    for (let count = 0; count < 20; count++) {
      if (limit.take("a").retryAfterMs === undefined) granted++;
      await tick();
    }
    assert.ok(granted >= 10 && granted <= 11, `${granted}: the limit and one chunk`);
    const refused = limit.take("a");
    assert.ok((refused.retryAfterMs ?? 0) > 0);
    assert.match(refused.headers[1]?.[1] ?? "", /r=0/);
    assert.equal(limit.take("b").retryAfterMs, undefined, "another key has its own");
    await clock.pass(60_001);
    assert.equal(limit.take("a").retryAfterMs, undefined);
  });

  test("many requests of one turn cost no more than one chunk over the limit", async () => {
    const limit = new RateLimit("token", 1_000, new ManualClock());
    for (let count = 0; count < 1_500; count++) limit.take("a");
    await tick();
    let granted = 0;
    for (let count = 0; count < 50; count++) {
      if (limit.take("a").retryAfterMs === undefined) granted++;
      await tick();
    }
    assert.equal(granted, 0);
  });
});

describe("problems", () => {
  test("every code has a status of its kind and a text", () => {
    for (const code of Object.keys(statusOf) as FailureCode[])
      assert.ok(statusOf[code] >= 400 && statusOf[code] < 600, code);
    const answer = problemAnswer({ code: "rate_limited", retryAfterMs: 1_200 } as never, {
      correlationId: "x",
    });
    assert.equal(answer.status, 429);
    assert.deepEqual(
      answer.headers.find(([name]) => name === "retry-after"),
      ["retry-after", "2"],
    );
    const body = JSON.parse(String(answer.body)) as Record<string, unknown>;
    assert.equal(body["correlationId"], "x");
    assert.equal(body["retryAfterMs"], 1_200);
  });
});

test("a session or an exposure token of one installation is nothing to another, nor after its time", () => {
  const sealed = sealSession({ tokenHash: "h", expiresAt: 100 }, "secret");
  assert.deepEqual(openSession(sealed, "secret", 99), { tokenHash: "h", expiresAt: 100 });
  assert.equal(openSession(sealed, "secret", 100), undefined);
  assert.equal(openSession(sealed, "other", 1), undefined);
  assert.equal(openSession("a.b.c", "secret", 1), undefined);
  assert.equal(openSession("", "secret", 1), undefined);
  const claims = {
    id: "i",
    environment: "e" as never,
    experiment: "x" as never,
    variant: "v",
    unit: "A".repeat(22) as never,
    phase: 1,
    expiresAt: 100,
  };
  const token = sealExposure(claims, "secret");
  assert.deepEqual(openExposure(token, "secret", 99), claims);
  assert.equal(openExposure(token, "secret", 100), undefined);
  assert.equal(openExposure(token, "other", 1), undefined);
});

test("a remembered pseudonym is the computed one", () => {
  const units = new UnitIds("salt");
  for (let round = 0; round < 2; round++)
    for (let index = 0; index < 60_000; index += 997)
      assert.equal(units.of(`u-${index}`), unitIdOf("salt", "user", `u-${index}`));
  assert.notEqual(units.ofType("device", "a"), units.of("a"));
});

test("only listed origins are allowed when some are listed", () => {
  const cors = new Cors(["https://a.example"]);
  assert.deepEqual(cors.headers("https://b.example"), [["vary", "origin"]]);
  assert.equal(cors.headers("https://a.example")[0]?.[1], "https://a.example");
  assert.deepEqual(cors.preflight("https://b.example"), [["vary", "origin"]]);
  assert.deepEqual(new Cors("any").headers(""), []);
});

test("configuration is complete without any variable, and empty ones count as absent", () => {
  const config = gatewayConfig({ PORT: "" });
  assert.ok(config.ok);
  assert.equal(config.value.port, 8080);
  assert.equal(config.value.host, "127.0.0.1");
  assert.equal(config.value.corsOrigins, "any");
  assert.equal(config.value.keysFile, ".data/keys.json");
});
