import assert from "node:assert/strict";
import { test } from "node:test";
import { isConflict, problemOf } from "./problem.ts";

test("a problem document keeps its code, its issues and its request id", () => {
  const body = {
    title: "Refused",
    code: "invalid_plan",
    problems: [{ path: "rules[0]", message: "no such segment" }],
  };
  const problem = problemOf(422, body, "req-1");
  assert.equal(problem.code, "invalid_plan");
  assert.deepEqual(problem.issues, [{ path: "rules[0]", message: "no such segment" }]);
  assert.equal(problem.requestId, "req-1");
});

test("an answer that is no problem document is said, not guessed", () => {
  const problem = problemOf(502, undefined, null);
  assert.equal(problem.code, "unreadable");
  assert.equal(problem.title, "The server answered 502");
});

test("a version conflict is known by code and by status, another 409 is not one", () => {
  assert.ok(isConflict(problemOf(409, { code: "version_conflict", actual: 8 }, null)));
  assert.ok(isConflict(problemOf(412, {}, null)));
  assert.ok(!isConflict(problemOf(409, { code: "illegal_transition" }, null)));
});
