import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PublishReceipt } from "../../protocols/environment-messages.ts";
import {
  ask,
  day,
  drafted,
  experiment,
  failureOf,
  left,
  move,
  planOf,
  start,
  valueOf,
  weighted,
} from "./testing/environment.ts";

const running = left([...drafted, move("start")]);
const publish = { type: "publish", experiment: "checkout" };
const newPhase = { type: "new_phase", experiment: "checkout" };
const frozen = (members: Readonly<Record<string, unknown>>, state = running) => {
  const failure = failureOf(ask(state, [experiment(members)], { at: start + day }));
  assert.ok(failure.code === "frozen", failure.code);
  return failure.what;
};

describe("a live experiment", () => {
  test("keeps its meaning: what is measured, among whom, and how units are dealt", () => {
    assert.equal(frozen({ targeting: { attribute: "plan", op: "eq", value: "pro" } }), "targeting");
    assert.equal(frozen({ metrics: { primary: "bought", guardrails: ["bought"] } }), "metrics");
    assert.equal(frozen({ unit: "device" }), "unit");
    assert.equal(frozen({ sticky: "store" }), "sticky");
    assert.equal(frozen({ tags: ["ai"] }), "tags");
    assert.equal(frozen({ priority: 3 }), "priority");
    assert.equal(frozen({ salt: "other" }), "salt");
    assert.equal(frozen({ layer: { key: "page", slots: [{ from: 0, to: 100 }] } }), "layer");
    assert.equal(frozen({ variants: weighted(5_000).toReversed() }), "variants");
    const third = [...weighted(4_000).slice(0, 1), { key: "new", variation: "on", weight: 6_000 }];
    assert.equal(frozen({ variants: third }), "variants");
  });

  test("lets its words, allocation and weights change, also while it is paused", () => {
    const edits = { hypothesis: "Green sells", allocation: 2_000, variants: weighted(3_000) };
    valueOf(ask(running, [experiment(edits)]));
    valueOf(ask(running, [move("pause"), experiment(edits)]));
    const stopped = left([move("stop")], running);
    assert.equal(frozen({ allocation: 2_000 }, stopped), "allocation");
    valueOf(ask(stopped, [experiment({ name: "Green" })]));
  });

  test("a stored form without the members that came later is not a changed one", () => {
    const { experiments } = running.histories;
    const [revision] = experiments["checkout"]?.revisions ?? [];
    const { tags: _tags, priority: _priority, sticky: _sticky, ...older } = revision?.entity ?? {};
    const state = {
      ...running,
      histories: {
        ...running.histories,
        experiments: { checkout: { revisions: [{ ...revision, entity: older }] } },
      },
    } as unknown as typeof running;
    valueOf(ask(state, [experiment({ name: "Same" })]));
  });

  test("dates that lie ahead may move; those that have passed may not", () => {
    valueOf(ask(running, [experiment({ stopAt: start + 9 * day })], { at: start + day }));
    assert.equal(frozen({ stopAt: start }), "stopAt");
    assert.equal(frozen({ startAt: start + 9 * day }), "startAt", "it assigns already");
    const waiting = left([...drafted, experiment({ startAt: start + 2 * day }), move("start")]);
    valueOf(ask(waiting, [experiment({ startAt: start + 5 * day })], { at: start + day }));
    valueOf(ask(waiting, [experiment()], { at: start + day }));
    const late = ask(waiting, [experiment({ startAt: start + 5 * day })], { at: start + 3 * day });
    assert.equal(failureOf(late).code, "frozen");
  });

  test("new weights are published as ranges that move the difference, and the receipt says how many move", () => {
    const outcome = ask(running, [experiment({ variants: weighted(4_000) }), publish]);
    const { warnings } = valueOf<PublishReceipt>(outcome);
    assert.deepEqual(
      warnings.map(({ path }) => path),
      ["experiments.checkout.variants"],
    );
    assert.match(warnings[0]?.message ?? "", /move 10 % of the units/);
    assert.deepEqual(planOf(outcome).experiments["checkout" as never]?.["ranges"], [
      { from: 0, to: 4_000, variant: 0 },
      { from: 4_000, to: 10_000, variant: 1 },
    ]);
    const back = ask(outcome.state, [experiment({ variants: weighted(6_000) }), publish]);
    const { ranges } = planOf(back).experiments["checkout" as never] ?? {};
    assert.equal((ranges as unknown as unknown[]).length > 1, true);
  });

  test("a lowered allocation is published with a warning, a raised one without", () => {
    const lowered = ask(running, [experiment({ allocation: 2_000 }), publish]);
    assert.match(valueOf<PublishReceipt>(lowered).warnings[0]?.message ?? "", /100 % to 20 %/);
    const raised = ask(lowered.state, [experiment({ allocation: 3_000 }), publish]);
    assert.deepEqual(valueOf<PublishReceipt>(raised).warnings, []);
  });

  test("a new phase deals anew: another salt, no ranges, and the phase before keeps its numbers", () => {
    const moved = left([experiment({ variants: weighted(4_000) }), publish], running);
    const outcome = ask(moved, [newPhase], { at: start + day });
    const [published] = Object.values(planOf(outcome).experiments);
    const { phase, salt, ranges, startedAt, status } = published ?? {};
    assert.deepEqual(
      { phase, salt, ranges, startedAt, status },
      { phase: 2, salt: "checkout#2", ranges: undefined, startedAt: start + day, status: "running" },
    );
    assert.equal(outcome.distributed?.definitions[0]?.experiment.phase, 2);
    assert.equal(failureOf(ask(left(drafted), [newPhase])).code, "illegal_transition");
  });

  test("a salt that a phase makes too long for a plan is hashed, and stays different for each phase", () => {
    const salted = left([...drafted, experiment({ salt: "s".repeat(200) }), move("start"), newPhase]);
    const second = salted.published;
    const third = ask(salted, [newPhase]);
    const [published] = Object.values(planOf(third).experiments);
    assert.match(published?.salt ?? "", /^[0-9a-f]{64}$/);
    assert.equal(second.lifecycles["checkout"]?.phase, 2);
  });

  test("an imported recipe deals until the next phase; from there weights do", () => {
    const hash = { profile: "growthbook", version: 2, seed: "checkout" };
    const ranged = (control: number) => [
      { ...weighted(control)[0], range: { from: 0, to: 0.5 } },
      { ...weighted(control)[1], range: { from: 0.5, to: 1 } },
    ];
    const imported = left([...drafted, experiment({ hash, variants: ranged(5_000) }), move("start")]);
    assert.equal(frozen({ hash, variants: ranged(4_000) }, imported), "variants");
    const outcome = ask(imported, [newPhase]);
    const [published] = Object.values(planOf(outcome).experiments);
    assert.deepEqual([published?.hash, published?.variants[0]?.range], [undefined, undefined]);
    valueOf(ask(outcome.state, [experiment({ hash, variants: ranged(4_000) }), publish]));
  });
});
