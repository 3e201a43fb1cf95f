import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { answerOfPlan } from "../../protocols/plan-answer.ts";
import { Trace } from "../../protocols/trace.ts";
import {
  openServingGateway,
  serveActors,
  testPlan,
  tokens,
  type Asked,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";

let log: TestLog;
let gateway: TestGateway;
let asked: Asked["message"][] = [];

before(async () => {
  ({ log, gateway } = await openServingGateway());
  await serveActors(log.connection, ({ message }) => {
    asked.push(message);
    if (message.type === "version_at") return succeed({ version: 7 });
    const { version, unit } = message as unknown as { version: number; unit?: string };
    if (version === 8 && unit === undefined) return fail({ code: "too_large" });
    if (version > 8) return fail({ code: "version_not_found", version } as never);
    const plan = testPlan(version);
    const beta = plan.flags["beta" as never];
    const earlier = { ...plan, flags: { ...plan.flags, beta: { ...beta, killed: true } } };
    const answer = answerOfPlan(earlier as never);
    return answer.ok ? succeed(answer.answer) : fail({ code: "too_large" });
  });
});
after(async () => {
  await gateway?.close();
  await log?.close();
});

const body = { envKey: "test", flagKey: "beta", context: { targetingKey: "ada", beta: true } };
const explain = (query = "", token: string = tokens.root): ReturnType<TestGateway["post"]> =>
  gateway.post(`/evaluate${query}`, { ...body, explain: true }, { token });

test("explain adds the trace to the decision that would be given without it", async () => {
  const { status, json } = await explain();
  assert.equal(status, 200);
  const plain = (await gateway.post("/evaluate", body)).json;
  const { trace, decisionId: _id, ...decision } = json;
  const { decisionId: _other, ...expected } = plain;
  assert.deepEqual(decision, expected);
  assert.match(JSON.stringify(Trace.parse(trace)), /beta-users/);
});

test("/v1/flags/evaluate explains, too", async () => {
  const { json } = await gateway.post("/v1/flags/evaluate?env=test", {
    flagKey: "beta",
    userId: "ada",
    context: { beta: true },
    explain: true,
  });
  assert.deepEqual([json["variant"], json["code"]], ["on", "rule_match"]);
  Trace.parse(json["trace"]);
});

test("who may not read flags may not have them explained", async () => {
  for (const query of ["", "?version=1"]) {
    const refused = await explain(query, tokens.browser);
    assert.equal(refused.status, 403);
    assert.equal(refused.json["trace"], undefined);
  }
});

test("an earlier version decides by what it held, and is asked for once", async () => {
  asked = [];
  for (let times = 0; times < 2; times++) {
    const { json } = await explain("?version=5");
    assert.deepEqual([json["configVersion"], json["code"]], [5, "off"]);
  }
  const { json } = await explain("?at=2026-01-01T00:00:00Z");
  assert.equal(json["configVersion"], 7);
  const large = await explain("?version=8");
  assert.equal(large.json["configVersion"], 8);
  assert.deepEqual(
    asked.map(({ type }) => type),
    ["get_plan", "version_at", "get_plan", "get_plan", "get_plan"],
  );
  assert.match((asked.at(-1) as unknown as { unit: string }).unit, /^[\w-]{22}$/);
});

test("what cannot be had is said", async () => {
  assert.equal((await explain("?version=9")).json["code"], "version_not_found");
  for (const query of ["?version=0", "?version=x", "?at=yesterday"])
    assert.equal((await explain(query)).json["code"], "invalid_request", query);
});
