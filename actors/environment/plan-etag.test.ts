import assert from "node:assert/strict";
import { test } from "node:test";
import { etagOf } from "../../evaluation/sign.ts";
import { etagOfPlan } from "./plan-etag.ts";
import { ask, drafted, flag, left, move, planOf } from "./testing/environment.ts";

test("the etag of a plan is the one that readers compute, version after version", () => {
  let state = left([...drafted, move("start")]);
  for (const key of ["b", "a", "constructor", "b"]) {
    const outcome = ask(state, [flag(key, { description: `é\u2028${key}` }), { type: "publish" }]);
    const plan = planOf(outcome);
    assert.equal(etagOfPlan(plan), etagOf(JSON.parse(JSON.stringify(plan))));
    state = outcome.state;
  }
});
