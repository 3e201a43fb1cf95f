import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page, PublishedVersion, Revision, Versioned } from "../../protocols/environment-messages.ts";
import type { OverrideReceipt } from "../../protocols/publish-receipt.ts";
import type { SegmentView } from "../../protocols/segment-units.ts";
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
  valueOf,
  viewOf,
  weighted,
} from "./testing/environment.ts";

const restore = (collection: string, key: string, version: number, members: object = {}) => ({
  type: "restore",
  collection,
  key,
  version,
  ...members,
});
const units = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(22, "u"));
const upload = (name: string, count: number) => [
  { type: "append_units", segment: "beta", list: "included", upload: name, from: 0, units: units(count) },
  { type: "put_segment", segment: { key: "beta" }, included: { upload: name } },
];

describe("an entity's earlier version", () => {
  test("is put again as its newest draft, also after a removal", () => {
    const state = left([flag("a", { name: "one" }), flag("a", { name: "two" })]);
    const { entity, version } = valueOf<Versioned<{ name: string }>>(ask(state, [restore("flags", "a", 1)]));
    assert.deepEqual([entity.name, version], ["one", 3]);
    const layer = left([
      { type: "put_layer", layer: { key: "page" } },
      { type: "remove_layer", layer: "page" },
      restore("layers", "page", 1),
    ]);
    assert.equal(viewOf(layer).layers[0]?.version, 2);
  });

  test("is refused when there is none, when somebody was faster, and when the edit is frozen", () => {
    const state = left([flag("a"), flag("a", { name: "two" })]);
    assert.equal(failureOf(ask(state, [restore("flags", "b", 1)])).code, "flag_not_found");
    assert.equal(failureOf(ask(state, [restore("flags", "a", 3)])).code, "version_not_found");
    const seen = restore("flags", "a", 1, { expectedVersion: 1 });
    assert.equal(failureOf(ask(state, [seen])).code, "version_conflict");
    const live = left([experiment({ salt: "first" }), ...drafted, move("start")]);
    const frozen = failureOf(ask(live, [restore("experiments", "checkout", 1)]));
    assert.deepEqual([frozen.code, frozen.code === "frozen" && frozen.what], ["frozen", "salt"]);
    const weights = left([experiment({ variants: weighted(4_000) })], live);
    valueOf(ask(weights, [restore("experiments", "checkout", 2)]));
  });

  test("of an override counts at once", () => {
    const override = { key: "qa", unit: units(1)[0], target: { flag: "a", variation: "off" } };
    const state = left([
      flag("a"),
      { type: "publish" },
      { type: "put_override", override },
      { type: "remove_override", override: "qa" },
    ]);
    const back = ask(state, [restore("overrides", "qa", 1)]);
    assert.equal(valueOf<OverrideReceipt>(back).version, 4);
    assert.deepEqual(Object.keys(planOf(back).overrides ?? {}), ["qa"]);
  });

  test("of a segment brings its long list along while that is kept, and none when it had none", () => {
    const first = { type: "put_segment", segment: { key: "beta", included: units(2) } };
    const state = left([first, ...upload("u1", 1_500), { type: "publish" }, ...upload("u2", 1_200)]);
    const counts = (version: number) =>
      valueOf<SegmentView>(ask(state, [restore("segments", "beta", version)])).units.included;
    assert.deepEqual([counts(1), counts(2), counts(3)], [2, 1_500, 1_200]);
    const forgotten = left(upload("u3", 1_100), state);
    const refused = failureOf(ask(forgotten, [restore("segments", "beta", 3)]));
    assert.equal(
      refused.code === "version_not_found" && refused.reason,
      "its unit lists are not kept any more",
    );
  });
});

describe("the history", () => {
  test("says which version of the environment first held a revision, and what lists it had", () => {
    const state = left([
      flag("a"),
      { type: "publish" },
      flag("a", { name: "draft only" }),
      flag("a", { name: "third" }),
      ...upload("u1", 1_500),
      { type: "publish" },
    ]);
    const history = (collection: string, key: string) =>
      valueOf<Page<Revision>>(ask(state, [{ type: "get_history", collection, key }])).items;
    assert.deepEqual(
      history("flags", "a").map(({ version, publishedIn }) => [version, publishedIn]),
      [
        [3, 2],
        [2, undefined],
        [1, 1],
      ],
    );
    assert.deepEqual(history("segments", "beta")[0]?.lists, { included: "u1" });
  });

  test("of versions says what each changed, where that is asked for", () => {
    const state = left(
      [flag("b"), { type: "publish" }, move("start"), move("pause")],
      left(drafted, begun()),
    );
    const items = (members: object) =>
      valueOf<Page<PublishedVersion>>(ask(state, [{ type: "list_versions", ...members }])).items;
    assert.deepEqual(
      items({ changes: true }).map(({ changed }) => changed),
      [
        { experiments: ["checkout"] },
        { experiments: ["checkout"] },
        { flags: ["b", "checkout"], metrics: ["bought"], experiments: ["checkout"] },
      ],
    );
    assert.equal(items({})[0]?.changed, undefined);
  });
});
