import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { Page, PublishedVersion, Revision, Versioned } from "../../protocols/environment-messages.ts";
import { planOfAnswer, type PlanAnswer } from "../../protocols/plan-answer.ts";
import { checkpointEvery, contentsAt } from "./contents.ts";
import { ask, begun, day, failureOf, flag, left, planOf, start, valueOf } from "./testing/environment.ts";

describe("looking back", () => {
  test("an entity's history says what it was, when and by whom, newest first, in pages", () => {
    let state = begun();
    for (let edit = 0; edit < 5; edit++) {
      state = ask(state, [flag("a", { name: `edit ${edit}` })], {
        at: start + edit * day,
        by: `author-${edit}`,
      }).state;
    }
    const get = (members: object) =>
      valueOf<Page<Revision<{ name: string }>>>(
        ask(state, [{ type: "get_history", collection: "flags", key: "a", limit: 2, ...members }]),
      );
    const first = get({});
    assert.deepEqual(
      first.items.map(({ version, at, by, entity }) => [version, at, by, entity.name]),
      [
        [5, start + 4 * day, "author-4", "edit 4"],
        [4, start + 3 * day, "author-3", "edit 3"],
      ],
    );
    assert.deepEqual(
      get({ before: first.next }).items.map(({ version }) => version),
      [3, 2],
    );
    assert.equal(get({ before: 2 }).next, undefined);
  });

  test("a removal stands in the history, also when the entity was put again", () => {
    const segment = { type: "put_segment", segment: { key: "beta" } };
    const removal = { type: "remove_segment", segment: "beta" };
    const state = left([segment, removal, segment]);
    const { items } = valueOf<Page<Revision>>(
      ask(state, [{ type: "get_history", collection: "segments", key: "beta" }]),
    );
    assert.deepEqual(
      items.map(({ version, removed }) => [version, removed]),
      [
        [2, undefined],
        [1, { at: start, by: "weir_s123" }],
      ],
    );
  });

  test("any version can be had again, whatever was published since", () => {
    let state = begun();
    const plans = [];
    for (let version = 1; version <= checkpointEvery + 6; version++) {
      const key = `flag-${version % 7}`;
      const outcome = ask(state, [flag(key, { name: `v${version}` }), { type: "publish" }], {
        at: start + version,
      });
      plans.push(planOf(outcome));
      state = outcome.state;
    }
    for (const plan of plans) {
      const answer = valueOf<PlanAnswer>(ask(state, [{ type: "get_plan", version: plan.version }]));
      assert.deepEqual(planOfAnswer(answer), plan);
    }
    assert.deepEqual(contentsAt(state, state.publications.length), state.published);
    assert.equal(failureOf(ask(state, [{ type: "get_plan", version: 99_999 }])).code, "version_not_found");
    const at = (instant: number) => ask(state, [{ type: "version_at", at: instant }]);
    assert.equal(valueOf<PublishedVersion>(at(start + 5)).version, 5);
    assert.equal(valueOf<PublishedVersion>(at(start + 99 * day)).version, checkpointEvery + 6);
    assert.equal(failureOf(at(start)).code, "nothing_published");
  });

  test("a plan that is large goes compressed, and one with a long list holds the unit that is asked about", () => {
    const idOf = (index: number) => createHash("sha256").update(`${index}`).digest("base64url").slice(0, 22);
    const all = Array.from({ length: 60_000 }, (_, index) => idOf(index));
    const state = left([
      ...Array.from({ length: 800 }, (_, index) => flag(`flag-${index}`, { description: "d".repeat(200) })),
      ...[0, 20_000, 40_000].map((from) => ({
        type: "append_units",
        segment: "beta",
        list: "included",
        upload: "u",
        from,
        units: all.slice(from, from + 20_000),
      })),
      { type: "put_segment", segment: { key: "beta" }, included: { upload: "u" } },
      { type: "publish" },
    ]);
    const plan = (members: object) => ask(state, [{ type: "get_plan", version: 1, ...members }]);
    const tooLarge = failureOf(plan({}));
    assert.equal(tooLarge.code, "too_large");
    const [one = ""] = all;
    const inside = valueOf<PlanAnswer>(plan({ unit: one }));
    assert.ok("gzip" in inside, "800 flags are worth compressing");
    assert.deepEqual(planOfAnswer(inside).segments["beta" as never]?.["included"], [one]);
    const outside = planOfAnswer(valueOf<PlanAnswer>(plan({ unit: "z".repeat(22) })));
    assert.deepEqual(outside.segments["beta" as never]?.["included"], []);
  });

  test("lists come in pages, and one entity comes by its key", () => {
    const state = left([flag("a"), flag("b"), flag("c"), { type: "publish" }]);
    const list = (members: object) =>
      valueOf<Page<Versioned<{ key: string }>>>(
        ask(state, [{ type: "list", collection: "flags", limit: 2, ...members }]),
      );
    const first = list({});
    assert.deepEqual([first.items.map(({ entity }) => entity.key), first.next], [["a", "b"], "b"]);
    assert.deepEqual(
      list({ after: "b" }).items.map(({ entity }) => entity.key),
      ["c"],
    );
    const one = ask(state, [{ type: "get_entity", collection: "flags", key: "b" }]);
    assert.equal(valueOf<Versioned<unknown>>(one).publishedVersion, 1);
    const none = ask(state, [{ type: "get_entity", collection: "holdouts", key: "b" }]);
    assert.equal(failureOf(none).code, "holdout_not_found");
    const versions = valueOf<Page<PublishedVersion>>(ask(state, [{ type: "list_versions" }]));
    assert.deepEqual(
      versions.items.map(({ version }) => version),
      [1],
    );
  });
});
