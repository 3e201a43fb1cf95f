import assert from "node:assert/strict";
import { test } from "node:test";
import { flagNamed } from "../testing/fixtures.ts";
import { changesOf } from "./changes.ts";
import { rolloutOf, rolloutSummary, stateOf, withRollout } from "./rollout.ts";

const flag = flagNamed("new-checkout", { share: 2_500 });

test("an untouched flag has no changes", () => {
  assert.deepEqual(changesOf(flag, structuredClone(flag)), []);
});

test("a rollout change names both shares", () => {
  assert.deepEqual(changesOf(flag, withRollout(flag, 3_000)), ["Rollout 25% → 30%"]);
});

test("each other difference is named once", () => {
  const edited = { ...flag, enabled: !flag.enabled, tags: ["x"], description: "new" };
  assert.deepEqual(changesOf(flag, edited), ["Turned off", "Changed tags", "Changed description"]);
});

test("setting a share and reading it gives it back", () => {
  for (const share of [0, 1, 5_000, 9_999, 10_000]) assert.equal(rolloutOf(withRollout(flag, share)), share);
});

test("a single variation counts as all or nothing", () => {
  assert.equal(rolloutOf({ ...flag, fallthrough: { variation: "on" } }), 10_000);
  assert.equal(rolloutOf({ ...flag, fallthrough: { variation: "off" } }), 0);
  assert.equal(rolloutOf({ ...flag, fallthrough: { experiment: "e" as never } }), undefined);
});

test("the list says the rollout and the rules in a line, and killed outranks on", () => {
  assert.equal(rolloutSummary(flag), "On for 25%");
  assert.equal(stateOf({ ...flag, killed: true }), "killed");
  assert.equal(stateOf({ ...flag, killed: true, status: "archived" }), "archived");
});
