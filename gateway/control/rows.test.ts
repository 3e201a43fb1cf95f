import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { RowReply, RowRequest } from "../../protocols/row-answers.ts";
import { serveExperiment } from "../reports/testing/serve.ts";
import { servedHere } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();
const asked: RowRequest[] = [];
/** What analytics says, poll by poll. */
let replies: RowReply[] = [];
const working: RowReply = { kind: "working", progress: { stage: "reading", done: 5 } };
const ready = { kind: "ready", answer: { metric: "spend", method: "bootstrap" } } as unknown as RowReply;

before(async () => {
  const standing = await serveExperiment(log.connection);
  standing.rows = (request) => {
    asked.push(request);
    return replies.shift() ?? working;
  };
});

const read = (query: string) => gateway.get(`/v1/experiments/exp/rows?env=test&${query}`, {});

test("an answer from rows is polled for until it is there", async () => {
  replies = [working, working, ready];
  const answer = await read("metric=spend&method=bootstrap");
  assert.deepEqual([answer.status, answer.json], [200, { metric: "spend", method: "bootstrap" }]);
  assert.equal(asked.length, 3);
  assert.equal(asked[0]?.definition.experiment.key, "exp");
});

test("what takes longer than a request may is said to be under way, and how far it is", async () => {
  replies = [];
  const answer = await read("metric=spend");
  assert.deepEqual([answer.status, answer.json], [202, working]);
  assert.equal(answer.headers.get("retry-after"), "1");
});

test("a cap is handed on, and mistakes are named", async () => {
  replies = [ready];
  assert.equal((await read("metric=spend&method=capped_welch&cap=12.5")).status, 200);
  assert.equal(asked.at(-1)?.cap, 12.5);
  for (const query of ["", "metric=spend&method=guess", "metric=spend&cap=much", "metric=spend&cap="])
    assert.equal((await read(query)).status, 400, query);
});
