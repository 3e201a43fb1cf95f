import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  EnvironmentMessage,
  type EnvironmentView,
  type PublishReceipt,
} from "../../protocols/environment-messages.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { handleEnvironment, type DistributeEffect } from "./environment.ts";
import { distributionOf } from "./publish.ts";
import { applyEnvironment, emptyEnvironment, type EnvironmentState } from "./state.ts";

const at = 1_700_000_000_000 as EpochMs;
const context = { key: "production", at, by: "weir_s123", entropy: "0123456789abcdef".repeat(4) };

const flag = (key: string, members: Record<string, unknown> = {}) => ({
  type: "put_flag",
  flag: {
    key,
    type: "boolean",
    variations: [
      { key: "off", value: false },
      { key: "on", value: true },
    ],
    offVariation: "off",
    fallthrough: { variation: "on" },
    ...members,
  },
});
const metric = {
  type: "put_metric",
  metric: { key: "bought", definition: { type: "binary", event: "buy" } },
};
const experiment = (members: Record<string, unknown> = {}) => ({
  type: "put_experiment",
  experiment: {
    key: "checkout",
    flag: "checkout",
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "treatment", variation: "on", weight: 5_000 },
    ],
    control: "control",
    metrics: { primary: "bought" },
    ...members,
  },
});
const served = flag("checkout", { fallthrough: { experiment: "checkout" } });
const start = { type: "lifecycle", experiment: "checkout", action: "start" };

/** Asks one after the other; answers with the last reply and what it distributes, and the state they leave. */
function asked(messages: readonly unknown[], from: EnvironmentState = begun()) {
  let state = from;
  let reply: ReturnType<typeof handleEnvironment>["reply"] | undefined;
  let effects: ReturnType<typeof distributionOf>[] = [];
  for (const message of messages) {
    const step = handleEnvironment(state, EnvironmentMessage.parse(message), context);
    for (const event of step.events) state = applyEnvironment(state, event, { time: at });
    ({ reply } = step);
    effects = (step.effects ?? []).map((effect) => distributionOf(state, effect as DistributeEffect));
  }
  assert.ok(reply !== undefined);
  return { state, reply, effects };
}
function begun(): EnvironmentState {
  return asked([{ type: "begin", environment: "production", partitions: 2 }], emptyEnvironment()).state;
}
const valueOf = <Value>(outcome: ReturnType<typeof asked>): Value => {
  assert.ok(outcome.reply.ok, JSON.stringify(outcome.reply));
  return outcome.reply.value as Value;
};
const failureOf = (outcome: ReturnType<typeof asked>) => {
  assert.ok(!outcome.reply.ok);
  return outcome.reply.failure;
};

describe("an environment's drafts", () => {
  test("nothing is known of an environment that has not begun", () => {
    assert.equal(failureOf(asked([flag("a")], emptyEnvironment())).code, "environment_not_found");
  });

  test("beginning again changes nothing", () => {
    const state = begun();
    assert.deepEqual(
      asked([{ type: "begin", environment: "production", partitions: 2 }], state).state,
      state,
    );
  });

  test("an edit counts the entity's version up and reaches no traffic", () => {
    const outcome = asked([flag("a"), flag("a", { enabled: false })]);
    assert.equal(valueOf<{ version: number }>(outcome).version, 2);
    assert.deepEqual(outcome.effects, []);
  });

  test("an author who saw an older version is refused with both numbers", () => {
    const outcome = asked([flag("a"), flag("a"), { ...flag("a"), expectedVersion: 1 }]);
    assert.deepEqual(failureOf(outcome), { code: "version_conflict", expected: 1, actual: 2 });
  });

  test("creating what exists is refused", () => {
    assert.equal(failureOf(asked([flag("a"), { ...flag("a"), expectedVersion: 0 }])).code, "already_exists");
  });
});

describe("publishing", () => {
  test("makes numbered plans; a flag alone takes only its own draft along", () => {
    const published = asked([
      flag("a"),
      flag("b"),
      { type: "publish" },
      flag("a", { enabled: false }),
      flag("b", { enabled: false }),
    ]);
    const outcome = asked([{ type: "publish", flag: "a" }], published.state);
    assert.equal(valueOf<PublishReceipt>(outcome).version, 2);
    const { plan } = outcome.effects[0] ?? assert.fail("a plan goes out");
    const enabled = Object.values(plan.flags).map((each) => [each.key, each.enabled]);
    assert.deepEqual(enabled, [
      ["a", false],
      ["b", true],
    ]);
  });

  test("a bad edit is refused with every problem, and nothing changes", () => {
    const bad = flag("a", {
      offVariation: "missing",
      fallthrough: { split: [{ variation: "on", weight: 1 }] },
    });
    const outcome = asked([bad, { type: "publish" }]);
    const failure = failureOf(outcome);
    assert.ok(failure.code === "invalid_plan" && failure.problems.length >= 2, JSON.stringify(failure));
    assert.equal(outcome.state.publications.length, 0);
  });

  test("rolling back republishes earlier content as a new version and leaves the draft", () => {
    const outcome = asked([
      flag("a"),
      { type: "publish" },
      flag("a", { enabled: false }),
      { type: "publish" },
      { type: "rollback", version: 1 },
    ]);
    assert.equal(valueOf<PublishReceipt>(outcome).version, 3);
    assert.equal(Object.values(outcome.effects[0]?.plan.flags ?? {})[0]?.enabled, true);
    const view = valueOf<EnvironmentView>(asked([{ type: "get" }], outcome.state));
    assert.equal(view.flags[0]?.publishedVersion, 1);
    assert.equal(view.flags[0]?.version, 2);
    assert.equal(view.versions[0]?.rollbackOf, 1);
  });

  test("rolling back to a version that never was is refused", () => {
    assert.deepEqual(failureOf(asked([{ type: "rollback", version: 9 }])), {
      code: "version_not_found",
      version: 9,
    });
  });
});

describe("an experiment's life", () => {
  const drafted = [metric, experiment(), served];

  test("starting publishes it with its flag, and tells the folds what it means", () => {
    const { effects } = asked([...drafted, flag("other"), start]);
    assert.equal(effects[0]?.definitions[0]?.experiment.status, "running");
    assert.equal(effects[0]?.definitions[0]?.metrics[0]?.key, "bought");
    assert.deepEqual(Object.keys(effects[0]?.plan.flags ?? {}), ["checkout"]);
  });

  test("the newest version is announced again, with all that runs", () => {
    const running = asked([...drafted, flag("other"), start]);
    const announced = asked([{ type: "announce" }], running.state);
    assert.deepEqual(announced.effects, running.effects);
    assert.equal(announced.effects[0]?.definitions.length, 1);
  });

  test("pausing tells the folds again; an unrelated publish does not", () => {
    const paused = asked([...drafted, start, { ...start, action: "pause" }]);
    assert.equal(paused.effects[0]?.definitions[0]?.experiment.status, "paused");
    assert.deepEqual(asked([flag("other"), { type: "publish" }], paused.state).effects[0]?.definitions, []);
  });

  test("only the listed transitions exist", () => {
    const outcome = asked([...drafted, { ...start, action: "resume" }]);
    assert.deepEqual(failureOf(outcome), { code: "illegal_transition", from: "draft", action: "resume" });
  });

  test("once live, its meaning is frozen and its words are not", () => {
    const live = asked([...drafted, start]).state;
    assert.equal(failureOf(asked([experiment({ allocation: 5_000 })], live)).code, "frozen");
    assert.ok(asked([experiment({ hypothesis: "Green sells" })], live).reply.ok);
  });

  test("a rollback does not start what was stopped since", () => {
    const stopped = asked([...drafted, start, { ...start, action: "stop" }]);
    const { effects } = asked([{ type: "rollback", version: 1 }], stopped.state);
    assert.equal(Object.values(effects[0]?.plan.experiments ?? {})[0]?.status, "completed");
  });
});
