import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochMs } from "../../protocols/time.ts";
import { upcastEnvironmentEvent } from "./old-events.ts";
import { applyEnvironment, emptyEnvironment, type EnvironmentState } from "./state.ts";
import { ask, experiment, flag, planOf, start, valueOf, viewOf } from "./testing/environment.ts";
import { oldEvents } from "./testing/old-journal.ts";

const replayed = (): EnvironmentState =>
  oldEvents("production").reduce<EnvironmentState>(
    (state, event, index) =>
      applyEnvironment(state, upcastEnvironmentEvent(event, 1), { time: (start + index) as EpochMs }),
    emptyEnvironment(),
  );

test("a journal from before layers, holdouts and overrides is read whole: drafts, versions and lifecycles", () => {
  const view = viewOf(replayed());
  assert.deepEqual(
    [view.flags.length, view.experiments[0]?.entity.status, view.layers, view.versions.length],
    [1, "running", [], 3],
  );
  assert.deepEqual(view.experiments[0]?.entity.tags, []);
  assert.equal(view.flags[0]?.updatedAt, start + 7);
});

test("its versions can be had and rolled back to, and its experiment goes on living", () => {
  const state = replayed();
  const second = planOf(ask(state, [{ type: "rollback", version: 2 }]));
  assert.equal(Object.values(second.flags)[0]?.enabled, true);
  valueOf(ask(state, [{ type: "get_plan", version: 1 }]));
  valueOf(ask(state, [experiment({ hypothesis: "Green sells" })]));
  valueOf(ask(state, [{ type: "lifecycle", experiment: "checkout", action: "pause" }]));
});

test("events of today are left as they are", () => {
  const event = { kind: "put", collection: "flags", entity: flag("a").flag, by: "a" };
  assert.equal(upcastEnvironmentEvent(event, 1), event);
});
