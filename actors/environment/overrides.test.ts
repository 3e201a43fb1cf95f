import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { OverrideReceipt } from "../../protocols/publish-receipt.ts";
import { ask, day, failureOf, flag, left, planOf, start, valueOf, viewOf } from "./testing/environment.ts";

const override = (key: string, members: Readonly<Record<string, unknown>> = {}) => ({
  type: "put_override",
  override: { key, unit: "u".repeat(22), target: { flag: "a", variation: "off" }, ...members },
});
const published = left([flag("a"), { type: "publish" }, flag("a", { enabled: false }), flag("b")]);

describe("an override", () => {
  test("reaches traffic at once, without anybody's drafts", () => {
    const outcome = ask(published, [override("qa")]);
    const receipt = valueOf<OverrideReceipt>(outcome);
    assert.deepEqual([receipt.version, receipt.changed], [2, { overrides: ["qa"] }]);
    assert.deepEqual(
      receipt.overrides.map(({ entity, version }) => [entity.key, version]),
      [["qa", 1]],
    );
    const plan = planOf(outcome);
    assert.deepEqual(Object.keys(plan.overrides ?? {}), ["qa"]);
    assert.deepEqual(
      Object.values(plan.flags).map(({ key, enabled }) => [key, enabled]),
      [["a", true]],
    );
  });

  test("many together make one version", () => {
    const overrides = ["x", "y", "z"].map((key) => override(key).override);
    const outcome = ask(published, [{ type: "put_overrides", overrides }]);
    assert.equal(valueOf<OverrideReceipt>(outcome).version, 2);
    assert.equal(Object.keys(planOf(outcome).overrides ?? {}).length, 3);
  });

  test("removed, it is gone at once, and whoever removes another's newer one is refused", () => {
    const put = left([override("qa"), override("qa", { note: "again" })], published);
    const stale = { type: "remove_override", override: "qa", expectedVersion: 1 };
    assert.deepEqual(failureOf(ask(put, [stale])), { code: "version_conflict", expected: 1, actual: 2 });
    const removed = ask(put, [{ ...stale, expectedVersion: 2 }]);
    assert.deepEqual(planOf(removed).overrides ?? {}, {});
    assert.deepEqual(viewOf(removed.state).overrides, []);
    const again = ask(removed.state, [{ ...override("qa"), expectedVersion: 0 }]);
    assert.equal(valueOf<OverrideReceipt>(again).overrides[0]?.version, 3, "versions go on counting");
  });

  test("of something that is not there is refused, and leaves nothing behind", () => {
    const outcome = ask(published, [override("qa", { target: { flag: "nope", variation: "off" } })]);
    assert.equal(failureOf(outcome).code, "invalid_plan");
    assert.deepEqual(outcome.events, []);
    assert.equal(
      failureOf(ask(published, [{ type: "remove_override", override: "qa" }])).code,
      "override_not_found",
    );
    assert.equal(failureOf(ask(published, [override("qa", { expiresAt: start })])).code, "invalid_request");
  });

  test("ends at its time by itself, and the next one's end is waited for", () => {
    const outcome = ask(published, [
      override("long", { expiresAt: start + 2 * day }),
      override("short", { expiresAt: start + day }),
    ]);
    assert.deepEqual(outcome.timers.at(-1), { set: "due", at: start + day, message: { type: "due" } });
    const later = ask(outcome.state, [{ type: "due" }], { at: start + day, by: "timer" });
    assert.deepEqual(Object.keys(planOf(later).overrides ?? {}), ["long"]);
    assert.deepEqual(later.events[0], {
      kind: "removed",
      collection: "overrides",
      key: "short",
      by: "timer",
    });
    assert.deepEqual(later.timers.at(-1), { set: "due", at: start + 2 * day, message: { type: "due" } });
  });

  test("that has expired leaves with any publish, and does not come back with a rollback", () => {
    const put = left([override("qa", { expiresAt: start + day })], published);
    const outcome = ask(put, [{ type: "publish", flag: "b" }], { at: start + 2 * day });
    assert.deepEqual(planOf(outcome).overrides ?? {}, {});
    const back = ask(outcome.state, [{ type: "rollback", version: 2 }], { at: start + 2 * day });
    assert.deepEqual(planOf(back).overrides ?? {}, {});
  });
});
