import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  EnvironmentView,
  PublishPreview,
  PublishReceipt,
} from "../../protocols/environment-messages.ts";
import { emptyEnvironment } from "./state.ts";
import {
  ask,
  begun,
  drafted,
  experiment,
  failureOf,
  flag,
  left,
  move,
  planOf,
  start,
  valueOf,
} from "./testing/environment.ts";

describe("an environment's drafts", () => {
  test("nothing is known of an environment that has not begun", () => {
    assert.equal(failureOf(ask(emptyEnvironment(), [flag("a")])).code, "environment_not_found");
  });

  test("beginning again changes nothing", () => {
    const state = begun();
    assert.deepEqual(ask(state, [{ type: "begin", environment: "production", partitions: 2 }]).state, state);
  });

  test("an edit counts the entity's version up and reaches no traffic", () => {
    const outcome = ask(begun(), [flag("a"), flag("a", { enabled: false })]);
    assert.equal(valueOf<{ version: number }>(outcome).version, 2);
    assert.equal(outcome.distributed, undefined);
  });

  test("an author who saw an older version is refused with both numbers", () => {
    const outcome = ask(begun(), [flag("a"), flag("a"), { ...flag("a"), expectedVersion: 1 }]);
    assert.deepEqual(failureOf(outcome), { code: "version_conflict", expected: 1, actual: 2 });
  });

  test("creating what exists is refused", () => {
    assert.equal(
      failureOf(ask(begun(), [flag("a"), { ...flag("a"), expectedVersion: 0 }])).code,
      "already_exists",
    );
  });

  test("a key that every object inherits is a key like another (pinned: it was looked up as a member)", () => {
    const state = left([{ ...flag("constructor"), expectedVersion: 0 }, { type: "publish" }]);
    const { plan } = ask(state, [{ type: "announce" }]).distributed ?? assert.fail("a plan goes out");
    assert.deepEqual(Object.keys(plan.flags), ["constructor"]);
  });

  test("an entity that no step could hold is refused with its size", () => {
    const rules = Array.from({ length: 5_000 }, (_, index) => ({
      id: `rule-${index}`,
      when: { attribute: "country", op: "in", value: ["se", "no", "dk", "fi", "is", "de"] },
      serve: { variation: "on" },
    }));
    const failure = failureOf(ask(begun(), [flag("a", { rules })]));
    assert.ok(failure.code === "too_large" && failure.bytes > failure.bytesMax, JSON.stringify(failure));
  });
});

describe("publishing", () => {
  const two = [
    flag("a"),
    flag("b"),
    { type: "publish" },
    flag("a", { enabled: false }),
    flag("b", { enabled: false }),
  ];

  test("makes numbered plans; a flag alone takes only its own draft along", () => {
    const outcome = ask(left(two), [{ type: "publish", flag: "a" }]);
    assert.equal(valueOf<PublishReceipt>(outcome).version, 2);
    assert.deepEqual(valueOf<PublishReceipt>(outcome).changed, { flags: ["a"] });
    const enabled = Object.values(planOf(outcome).flags).map((each) => [each.key, each.enabled]);
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
    const outcome = ask(begun(), [bad, { type: "publish" }]);
    const failure = failureOf(outcome);
    assert.ok(failure.code === "invalid_plan" && failure.problems.length >= 2, JSON.stringify(failure));
    assert.equal(outcome.state.publications.length, 0);
  });

  test("a dry run answers what a publish would, and writes nothing", () => {
    const state = left(two);
    const dry = ask(state, [{ type: "publish", dryRun: true }]);
    const wet = ask(state, [{ type: "publish" }]);
    assert.deepEqual([dry.events, dry.timers, dry.distributed], [[], [], undefined]);
    assert.deepEqual(valueOf(dry), { ...valueOf<PublishReceipt>(wet), dryRun: true, problems: [] });
    const bad = ask(state, [flag("a", { offVariation: "missing" }), { type: "publish", dryRun: true }]);
    const preview = valueOf<PublishPreview>(bad);
    assert.deepEqual([preview.problems[0]?.path, preview.etag], ["flags.a.offVariation", undefined]);
  });

  test("the receipt says who would notice, the same each time it is asked", () => {
    const preview = { type: "publish", flag: "a", dryRun: true };
    const [once, again] = [ask(left(two), [preview]), ask(left(two), [preview])].map(valueOf<PublishPreview>);
    assert.deepEqual(once?.blastRadius, again?.blastRadius);
    assert.deepEqual(once?.blastRadius?.flags, [
      { flag: "a", share: 1, moves: [{ from: "on", to: "off", share: 1 }] },
    ]);
    const quiet = valueOf<PublishPreview>(ask(left(two.slice(0, 3)), [{ type: "publish", dryRun: true }]));
    assert.deepEqual([quiet.blastRadius?.share, quiet.changed], [0, {}]);
  });

  test("whoever saw an older version of the environment is refused with both numbers", () => {
    const outcome = ask(left(two), [{ type: "publish", expectedVersion: 0 }]);
    assert.deepEqual(failureOf(outcome), { code: "version_conflict", expected: 0, actual: 1 });
    valueOf(ask(left(two), [{ type: "publish", expectedVersion: 1 }]));
  });

  test("rolling back republishes earlier content as a new version and leaves the draft", () => {
    const outcome = ask(
      left([flag("a"), { type: "publish" }, flag("a", { enabled: false }), { type: "publish" }]),
      [{ type: "rollback", version: 1 }],
    );
    assert.equal(valueOf<PublishReceipt>(outcome).version, 3);
    assert.equal(Object.values(planOf(outcome).flags)[0]?.enabled, true);
    const view = valueOf<EnvironmentView>(ask(outcome.state, [{ type: "get" }]));
    assert.equal(view.flags[0]?.publishedVersion, 1);
    assert.equal(view.flags[0]?.version, 2);
    assert.equal(view.versions[0]?.rollbackOf, 1);
  });

  test("rolling back to a version that never was is refused", () => {
    assert.deepEqual(failureOf(ask(begun(), [{ type: "rollback", version: 9 }])), {
      code: "version_not_found",
      version: 9,
    });
  });
});

describe("an experiment's life", () => {
  test("starting publishes it with its flag, and tells the folds what it means", () => {
    const { distributed } = ask(left([...drafted, flag("other")]), [move("start")]);
    assert.equal(distributed?.definitions[0]?.experiment.status, "running");
    assert.equal(distributed?.definitions[0]?.metrics[0]?.key, "bought");
    assert.deepEqual(Object.keys(distributed?.plan.flags ?? {}), ["checkout"]);
  });

  test("the newest version is announced again, with all that runs", () => {
    const running = ask(left([...drafted, flag("other")]), [move("start")]);
    const announced = ask(running.state, [{ type: "announce" }]);
    assert.deepEqual(announced.distributed, running.distributed);
    assert.equal(announced.distributed?.definitions.length, 1);
  });

  test("pausing tells the folds again; an unrelated publish does not", () => {
    const paused = ask(left([...drafted, move("start")]), [move("pause")]);
    assert.equal(paused.distributed?.definitions[0]?.experiment.status, "paused");
    assert.deepEqual(ask(paused.state, [flag("other"), { type: "publish" }]).distributed?.definitions, []);
  });

  test("only the listed transitions exist", () => {
    const refused = (action: string) => failureOf(ask(left(drafted), [move(action)]));
    assert.deepEqual(refused("resume"), { code: "illegal_transition", from: "draft", action: "resume" });
    const archived = ask(left([...drafted, move("start")]), [
      { type: "archive_experiment", experiment: "checkout" },
    ]);
    assert.deepEqual(failureOf(archived), { code: "illegal_transition", from: "running", action: "archive" });
  });

  test("a completed experiment can be archived, and is told to nobody any more", () => {
    const stopped = left([...drafted, move("start"), move("stop")]);
    const archived = ask(stopped, [{ type: "archive_experiment", experiment: "checkout" }]);
    assert.deepEqual(archived.distributed?.definitions, []);
  });

  test("a rollback does not start what was stopped since", () => {
    const stopped = left([...drafted, move("start"), move("stop")]);
    const plan = planOf(ask(stopped, [{ type: "rollback", version: 1 }]));
    assert.equal(Object.values(plan.experiments)[0]?.status, "completed");
  });

  test("a rollback leaves a live experiment's meaning as it is", () => {
    const target = { attribute: "plan", op: "eq", value: "pro" };
    const messages = [
      ...drafted,
      { type: "publish" },
      experiment({ targeting: target }),
      move("start"),
      experiment({ targeting: target, allocation: 9_000 }),
      { type: "publish" },
    ];
    const outcome = ask(left(messages), [{ type: "rollback", version: 1 }]);
    assert.match(valueOf<PublishReceipt>(outcome).warnings[0]?.message ?? "", /^stays as it is/);
    const plan = planOf(outcome);
    const [rolledBack] = Object.values(plan.experiments);
    assert.deepEqual([rolledBack?.targeting, rolledBack?.allocation], [target, 9_000]);
    const earlier = planOf(ask(left(messages), [{ type: "rollback", version: 2 }]));
    assert.equal(Object.values(earlier.experiments)[0]?.allocation, 10_000, "what may change goes back");
  });

  test("its end comes by itself: the status follows, and everybody is told", () => {
    const stopAt = start + 3 * 86_400_000;
    const begins = ask(left([...drafted, experiment({ stopAt })]), [move("start")]);
    assert.deepEqual(begins.timers.at(-1), { set: "due", at: stopAt, message: { type: "due" } });
    const early = ask(begins.state, [{ type: "due" }], { at: stopAt - 1 });
    assert.deepEqual(early.events, []);
    const ended = ask(begins.state, [{ type: "due" }], { at: stopAt, by: "timer" });
    assert.equal(ended.distributed?.definitions[0]?.experiment.status, "completed");
    assert.deepEqual(ended.timers.at(-1), { cancel: "due" });
  });

  test("an end that has passed already keeps it from starting", () => {
    const failure = failureOf(ask(left([...drafted, experiment({ stopAt: start - 1 })]), [move("start")]));
    assert.ok(failure.code === "invalid_plan" && failure.problems[0]?.path === "experiments.checkout.stopAt");
  });
});
