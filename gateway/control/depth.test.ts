import assert from "node:assert/strict";
import { before, test } from "node:test";
import { experiment } from "../../evaluation/testing.ts";
import type { DepthReply, DepthRequest } from "../../protocols/depth.ts";
import { succeed } from "../../protocols/errors.ts";
import { subjects } from "../../protocols/topology.ts";
import { serveExperiment } from "../reports/testing/serve.ts";
import { eventually, servedHere, testPlan } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();
const asked: DepthRequest[] = [];
let replies: DepthReply[] = [];
const working: DepthReply = { kind: "working", progress: { stage: "reading", done: 5 } };
const ready = { kind: "ready", answer: { kind: "interactions" } } as unknown as DepthReply;

const holdout = (key: string, share: number, tags: readonly string[]) => ({ key, share, tags });

before(async () => {
  await serveExperiment(log.connection);
  await log.connection.messaging.serve(subjects.depth, async (payload) => {
    asked.push(payload as DepthRequest);
    return succeed(replies.shift() ?? working);
  });
  const plan = testPlan(2);
  const tagged = (key: string, flag: string, tags: readonly string[], unit = "user") => ({
    ...experiment(key, flag),
    tags,
    unit,
  });
  await log.putPlan({
    ...plan,
    metrics: { spend: { key: "spend", definition: { type: "sum", event: "purchase" } } },
    experiments: {
      exp: tagged("exp", "tested", ["growth"]),
      both: tagged("both", "split", ["growth", "price"]),
      sessions: tagged("sessions", "shadowed", ["calm"], "session"),
      users: tagged("users", "beta", ["calm"]),
    },
    holdouts: {
      growth: { ...holdout("growth", 500, ["growth"]), endsAt: 4e12 },
      price: holdout("price", 500, ["price"]),
      calm: holdout("calm", 500, ["calm"]),
      none: holdout("none", 0, []),
    },
  } as never);
  await eventually(async () => (await get("holdouts/growth/effect?metric=none")).status === 400);
});

const get = (path: string) => gateway.get(`/v1/${path}${path.includes("?") ? "&" : "?"}env=test`, {});

test("interactions and the triggered effect are of the primary metric unless another is named", async () => {
  replies = [working, ready];
  const answer = await get("experiments/exp/interactions");
  assert.deepEqual([answer.status, answer.json], [200, { kind: "interactions" }]);
  const [first] = asked.splice(0);
  assert.ok(first?.kind === "interactions" && first.definition.experiment.key === "exp");
  assert.equal(first.metric, first.definition.experiment.metrics.primary);
  replies = [ready];
  assert.equal((await get("experiments/exp/triggered?metric=spend")).status, 200);
  const [second] = asked.splice(0);
  assert.ok(second?.kind === "triggered" && second.metric === "spend");
  assert.equal((await get("experiments/exp/triggered?metric=A%20B")).status, 400);
});

test("a report reads all rows only for who asks for depth", async () => {
  asked.splice(0);
  const plain = await get("reports/exp?format=json");
  assert.deepEqual([plain.status, "depth" in plain.json, asked.length], [200, false, 0]);
  const deep = await get("reports/exp?format=json&depth=true");
  assert.deepEqual([deep.status, "depth" in deep.json], [200, true]);
  assert.deepEqual(
    asked
      .splice(0)
      .map(({ kind }) => kind)
      .toSorted(),
    ["interactions", "triggered"],
  );
  assert.equal((await get("reports/exp?depth=much")).status, 400);
});

test("what takes longer than a request may is under way", async () => {
  const answer = await get("experiments/exp/interactions");
  assert.deepEqual([answer.status, answer.json, answer.headers.get("retry-after")], [202, working, "1"]);
});

test("a holdout's effect is asked for with its flags, of which no other holdout has units", async () => {
  asked.splice(0);
  replies = [ready];
  assert.equal((await get("holdouts/growth/effect?metric=spend")).status, 200);
  const [request] = asked;
  assert.ok(request?.kind === "holdout");
  const { flags, share, endsAt, unit, metric } = request;
  assert.deepEqual(
    { flags, share, endsAt, unit },
    { flags: ["tested"], share: 500, endsAt: 4e12, unit: "user" },
  );
  assert.equal(metric.key, "spend");
});

test("a holdout that cannot be told from the log, or that has nobody, is refused with the reason", async () => {
  assert.equal((await get("holdouts/absent/effect?metric=spend")).status, 404);
  const whyOf = async (path: string): Promise<string> => {
    const answer = await get(path);
    assert.equal(answer.status, 400, path);
    return JSON.stringify(answer.json);
  };
  assert.match(await whyOf("holdouts/growth/effect"), /published metrics/);
  assert.match(await whyOf("holdouts/none/effect?metric=spend"), /nobody to compare/);
  assert.match(await whyOf("holdouts/price/effect?metric=spend"), /by which holdout/);
  assert.match(await whyOf("holdouts/calm/effect?metric=spend"), /session, user/);
  replies = [ready];
  assert.equal((await get("holdouts/calm/effect?metric=spend&unit=session")).status, 200);
});
