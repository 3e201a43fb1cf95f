import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Layer } from "../../protocols/layer.ts";
import {
  ask,
  day,
  drafted,
  experiment,
  failureOf,
  flag,
  left,
  move,
  planOf,
  serving,
  start,
  valueOf,
  viewOf,
} from "./testing/environment.ts";

const layer = (members: Partial<Layer> = {}) => ({ type: "put_layer", layer: { key: "page", ...members } });
const inSlots = (from: number, to: number, key = "checkout") =>
  experiment({ key, flag: key, layer: { key: "page", slots: [{ from, to }] } });
const second = [inSlots(2_500, 7_500, "second"), serving("second")];
const live = left([...drafted, layer(), inSlots(0, 5_000), move("start"), ...second]);
const restingIn = (state: typeof live) => viewOf(state).layers[0]?.entity.quarantine;

describe("slots of a layer", () => {
  test("are one experiment's at a time", () => {
    const failure = failureOf(ask(live, [move("start", "second")]));
    assert.ok(failure.code === "invalid_plan", failure.code);
    assert.match(failure.problems.map(({ path }) => path).join(), /second/);
  });

  test("rest after their experiment ended, so that nobody inherits its units", () => {
    const stopped = ask(live, [move("stop")]);
    const until = start + 7 * day;
    const resting = [{ from: 0, to: 5_000, experiment: "checkout", until }];
    assert.deepEqual(Object.values(planOf(stopped).layers ?? {})[0]?.quarantine, resting);
    assert.deepEqual(stopped.timers.at(-1), { set: "due", at: until, message: { type: "due" } });
    assert.equal(failureOf(ask(stopped.state, [move("start", "second")])).code, "invalid_plan");
  });

  test("are free again when they have rested: at the timer, or at the first publish after it", () => {
    const stopped = left([move("stop")], live);
    const at = start + 7 * day;
    const early = ask(stopped, [{ type: "due" }], { at: at - 1 });
    assert.deepEqual(early.events, []);
    const due = ask(stopped, [{ type: "due" }], { at });
    assert.deepEqual(Object.values(planOf(due).layers ?? {})[0]?.quarantine, []);
    valueOf(ask(stopped, [move("start", "second")], { at }));
  });

  test("rest for as long as the layer says; with no days at all they are free at once", () => {
    const brief = left([
      ...drafted,
      layer({ quarantineDays: 0 }),
      inSlots(0, 5_000),
      move("start"),
      ...second,
    ]);
    valueOf(ask(left([move("stop")], brief), [move("start", "second")]));
  });

  test("go on resting through other publishes and a rollback", () => {
    const state = left(
      [move("stop"), flag("other"), { type: "publish" }, { type: "rollback", version: 1 }],
      live,
    );
    assert.equal(restingIn(state)?.length, 1);
  });

  test("pausing gives none back, ending by date does", () => {
    assert.deepEqual(restingIn(left([move("pause")], live)), []);
    const dated = left([
      ...drafted,
      layer(),
      experiment({ stopAt: start + day, layer: { key: "page", slots: [{ from: 0, to: 9 }] } }),
      move("start"),
    ]);
    assert.equal(restingIn(left([{ type: "due" }], dated, start + day))?.length, 1);
  });
});

describe("a layer or holdout that live experiments stand on", () => {
  const holdout = (members: object = {}) => ({
    type: "put_holdout",
    holdout: { key: "long-term", share: 500, ...members },
  });
  const held = left([holdout(), { type: "publish" }], live);

  test("keeps its salt, and may change its words", () => {
    assert.deepEqual(failureOf(ask(live, [layer({ salt: "other" })])), {
      code: "frozen",
      what: "salt",
      reason: "experiment checkout is live",
    });
    valueOf(ask(live, [layer({ name: "The page" })]));
    assert.equal(failureOf(ask(held, [holdout({ salt: "other" })])).code, "frozen");
    valueOf(ask(held, [holdout({ share: 100 })]));
  });

  test("is not removed; what needs it is named", () => {
    const needed = (message: object, state = live) => {
      const failure = failureOf(ask(state, [message]));
      return failure.code === "referenced" ? failure.by : failure.code;
    };
    assert.deepEqual(needed({ type: "remove_layer", layer: "page" }), [
      "experiments.checkout.layer",
      "experiments.second.layer",
    ]);
    assert.deepEqual(needed({ type: "remove_holdout", holdout: "long-term" }, held), [
      "experiments.checkout",
    ]);
    assert.equal(needed({ type: "remove_holdout", holdout: "other" }), "holdout_not_found");
  });

  test("a rollback to before a holdout keeps it while it binds a live experiment", () => {
    const plan = planOf(ask(held, [{ type: "rollback", version: 1 }]));
    assert.deepEqual(Object.keys(plan.holdouts ?? {}), ["long-term"]);
    const ended = left([move("stop")], held);
    assert.deepEqual(planOf(ask(ended, [{ type: "rollback", version: 1 }])).holdouts ?? {}, {});
  });

  test("a holdout nobody is bound by is removed with the next publish", () => {
    const ended = left([move("stop"), { type: "remove_holdout", holdout: "long-term" }], held);
    assert.deepEqual(viewOf(ended).holdouts, []);
    assert.deepEqual(planOf(ask(ended, [{ type: "publish" }])).holdouts ?? {}, {});
  });
});
