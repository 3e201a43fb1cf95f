import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createKeys, parseKeys } from "../../evaluation/keys.ts";
import type { PublishReceipt } from "../../protocols/publish-receipt.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { environmentBehaviour } from "./behaviour.ts";
import { distributionOf } from "./definitions.ts";
import { patchBetween, type Contents } from "./contents.ts";
import { applyEnvironment, type EnvironmentEvent, type EnvironmentState } from "./state.ts";
import {
  ask,
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

// Versions that were published under laxer rules than today's: the journal holds them, and the compiler refuses them.

const apply = (state: EnvironmentState, events: readonly unknown[]): EnvironmentState =>
  events.reduce<EnvironmentState>(
    (next, event) => applyEnvironment(next, event as EnvironmentEvent, { time: start as EpochMs }),
    state,
  );
const put = (entity: object): object => ({ kind: "put", collection: "flags", entity, by: "a" });
function published(state: EnvironmentState, flags: Readonly<Record<string, number>>): object {
  const contents: Contents = { ...state.published, flags: { ...state.published.flags, ...flags } };
  const version = state.publications.length + 1;
  const patch = patchBetween(state.published, contents);
  return { kind: "published", publication: { version, at: start, by: "a", etag: "e", patch } };
}
function withVersion(state: EnvironmentState, entity: { readonly key: string }): EnvironmentState {
  const drafts = apply(state, [put(entity)]);
  const number = drafts.histories.flags[entity.key]?.revisions.length ?? 0;
  return apply(drafts, [published(drafts, { [entity.key]: number })]);
}

const keys = parseKeys(JSON.stringify(createKeys()));
const running = left([...drafted, move("start")]);
const laxFlag = { ...valueOf<{ entity: object }>(ask(running, [flag("a")])).entity, key: "a" };
/** Its fallthrough names a variation that there is not, which today's compiler finds. */
const dangling = { ...laxFlag, fallthrough: { variation: "gone" } };
const refused = withVersion(running, dangling);
/** It lacks a member that today's schema demands, on which the compiler stumbles. */
const lacking = { key: "a", type: "boolean" };
const shapeless = withVersion(running, lacking);

describe("a version that today's compiler refuses", () => {
  for (const [what, state, path] of [
    ["for what it means", refused, /^flags\.a\.fallthrough/],
    ["for how it is written", shapeless, /^flags\.a\.variations/],
  ] as const) {
    test(`${what}, is said to be unreadable, with every problem`, () => {
      const failure = failureOf(ask(state, [{ type: "get_plan", version: 2 }]));
      assert.ok(failure.code === "version_unreadable", JSON.stringify(failure));
      assert.equal(failure.version, 2);
      assert.ok(
        failure.problems.some((problem) => path.test(problem.path)),
        JSON.stringify(failure.problems),
      );
      valueOf(ask(state, [{ type: "get_plan", version: 1 }]));
    });

    test(`${what}, is mended by the next one, which tells the folds everything`, () => {
      const mended = ask(state, [flag("a"), { type: "publish" }]);
      const { warnings, blastRadius } = valueOf<PublishReceipt>(mended);
      assert.match(warnings.map(({ message }) => message).join(), /cannot be compiled any more/);
      assert.equal(blastRadius, undefined);
      assert.equal(planOf(mended).version, 3);
      assert.deepEqual(
        mended.distributed?.definitions.map(({ experiment: { key } }) => key),
        ["checkout"],
      );
    });

    test(`${what}, is rolled away from, and not rolled back to`, () => {
      assert.equal(planOf(ask(state, [{ type: "rollback", version: 1 }])).version, 3);
      const mended = left([flag("a"), { type: "publish" }], state);
      assert.equal(failureOf(ask(mended, [{ type: "rollback", version: 2 }])).code, "invalid_plan");
    });

    test(`${what}, is announced to nobody, and asked again tomorrow`, () => {
      const announced = ask(state, [{ type: "announce" }]);
      assert.equal(failureOf(announced).code, "version_unreadable");
      assert.equal(announced.timers.length, 1);
      assert.equal(distributionOf(state, { version: 2, all: true }).ok, false);
    });

    test(`${what}, is tried to be shown until a newer one is there, and does not hold that up`, async () => {
      const shown: number[] = [];
      const behaviour = environmentBehaviour({
        writer: { append: async () => ({ kind: "stored", sequence: 1 }), inFlightBytes: 0 },
        publishPlan: async ({ plan }) => void shown.push(plan.version),
        keys,
      });
      const show = async (version: number, from: EnvironmentState): Promise<void> =>
        behaviour.perform?.(
          { kind: "distribute", version },
          { key: "production", idempotencyKey: "1", state: from },
        );
      await assert.rejects(show(2, state), /version 2 is not shown.+version_unreadable/);
      const mended = left([flag("a"), { type: "publish" }], state);
      await show(2, mended);
      await show(3, mended);
      assert.deepEqual(shown, [3]);
    });

    test(`${what}, leaves the rest to be read and edited`, () => {
      valueOf(ask(state, [{ type: "get" }]));
      valueOf(ask(state, [{ type: "due" }]));
      valueOf(ask(state, [experiment({ hypothesis: "Green sells" })]));
      valueOf(ask(state, [{ type: "list_versions", changes: true }]));
    });
  }
});
