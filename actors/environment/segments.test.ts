import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { PublishPreview } from "../../protocols/publish-receipt.ts";
import type { SegmentView, UnitPage, UploadReceipt } from "../../protocols/segment-units.ts";
import type { EnvironmentState } from "./state.ts";
import { ask, begun, failureOf, flag, left, planOf, start, valueOf, viewOf } from "./testing/environment.ts";

const unit = (index: number): string => String(index).padStart(22, "u");
const units = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => unit(from + index));
const append = (upload: string, from: number, ids: readonly string[], list = "included") => ({
  type: "append_units",
  segment: "beta",
  list,
  upload,
  from,
  units: ids,
});
const put = (members: Readonly<Record<string, unknown>> = {}, sources: object = {}) => ({
  type: "put_segment",
  segment: { key: "beta", ...members },
  ...sources,
});
const uploaded = { included: { upload: "one" } };
const pieces = [append("one", 0, units(1_500)), append("one", 1_500, units(1_500, 1_500))];
const long = left([...pieces, put({}, uploaded)]);
const segmentOf = (state: EnvironmentState): SegmentView =>
  viewOf(state).segments[0] ?? assert.fail("a segment");
const publishedUnits = (state: EnvironmentState): readonly string[] =>
  Object.values(planOf(ask(state, [{ type: "publish" }])).segments)[0]?.included ?? [];

describe("a long unit list", () => {
  test("comes in pieces, and the plan holds all of it in its order", () => {
    assert.deepEqual(publishedUnits(long), units(3_000));
    assert.deepEqual(Object.keys(long.uploads), []);
  });

  test("is shown by its length, and read in pieces", () => {
    const { entity, units: counts } = segmentOf(long);
    assert.deepEqual([entity.included, counts], [[], { included: 3_000, excluded: 0 }]);
    const read = (from: number) =>
      valueOf<UnitPage>(
        ask(long, [{ type: "get_units", segment: "beta", list: "included", from, limit: 1_000 }]),
      );
    assert.deepEqual(read(1_400), { total: 3_000, units: units(1_000, 1_400), next: 2_400 });
    assert.deepEqual(read(2_900), { total: 3_000, units: units(100, 2_900) });
    assert.deepEqual(read(9_999), { total: 3_000, units: [] });
  });

  test("takes a piece that is sent again once, and none behind a gap", () => {
    const again = ask(left(pieces.slice(0, 1)), [append("one", 0, units(1_500))]);
    assert.deepEqual([valueOf<UploadReceipt>(again).count, again.events], [1_500, []]);
    assert.deepEqual(failureOf(ask(begun(), [append("one", 5, units(5))])), {
      code: "upload_gap",
      upload: "one",
      count: 0,
    });
  });

  test("is another segment's or list's only under another name", () => {
    const state = left(pieces.slice(0, 1));
    assert.equal(failureOf(ask(state, [append("one", 0, units(5), "excluded")])).code, "already_exists");
    assert.equal(failureOf(ask(long, [append("one", 0, units(5))])).code, "already_exists");
    assert.equal(failureOf(ask(state, [put({}, { excluded: { upload: "one" } })])).code, "upload_not_found");
  });

  test("stays when its segment is edited, if the edit says so; an edit that forgets it is refused", () => {
    const renamed = left([put({ name: "Beta" }, { included: "kept" })], long);
    assert.deepEqual(publishedUnits(renamed).length, 3_000);
    assert.equal(segmentOf(renamed).version, 2);
    assert.equal(failureOf(ask(long, [put({ name: "Beta" })])).code, "invalid_request");
    assert.deepEqual(publishedUnits(left([put({}, { included: "none" })], long)), []);
    assert.deepEqual(publishedUnits(left([put({ included: [unit(7)] })], long)), [unit(7)]);
  });

  test("written in the segment itself is kept apart like an uploaded one", () => {
    const state = left([put({ included: units(1_001), excluded: units(2, 5_000) })]);
    assert.deepEqual(segmentOf(state).units, { included: 1_001, excluded: 2 });
    assert.deepEqual(segmentOf(state).entity.excluded, units(2, 5_000));
    assert.deepEqual(publishedUnits(state), units(1_001));
  });

  test("that no draft and none of the newest versions holds is forgotten, and says so", () => {
    let state = left([{ type: "publish" }, put({}, { included: "none" })], long);
    for (let version = 0; version < 9; version++) state = left([flag("a"), { type: "publish" }], state);
    valueOf(ask(state, [{ type: "rollback", version: 1 }]));
    state = left([{ type: "publish" }], state);
    assert.deepEqual([state.lists, state.listUses], [{}, {}]);
    const refused = failureOf(ask(state, [{ type: "rollback", version: 1 }]));
    assert.deepEqual(refused, {
      code: "version_not_found",
      version: 1,
      reason: "its unit lists are not kept any more",
    });
    assert.equal(failureOf(ask(state, [{ type: "get_plan", version: 1 }])).code, "version_not_found");
  });

  test("that nobody goes on with is dropped after an hour", () => {
    const begunOne = ask(begun(), pieces.slice(0, 1));
    const at = start + 3_600_000;
    assert.deepEqual(begunOne.timers, [{ set: "uploads", at, message: { type: "due" } }]);
    assert.deepEqual(ask(begunOne.state, [{ type: "due" }], { at: at - 1 }).state, begunOne.state);
    assert.deepEqual(ask(begunOne.state, [{ type: "due" }], { at }).state.uploads, {});
  });

  test("shows who would notice it, though only some of its units are looked at", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) =>
      createHash("sha256").update(`${index}`).digest("base64url").slice(0, 22),
    );
    const rules = [{ id: "r", when: { op: "in_segment", value: "beta" }, serve: { variation: "off" } }];
    const empty = left([put(), flag("a", { rules }), { type: "publish" }]);
    const filled = left([append("one", 0, ids), put({}, uploaded)], empty);
    const { blastRadius } = valueOf<PublishPreview>(ask(filled, [{ type: "publish", dryRun: true }]));
    assert.equal(blastRadius?.flags[0]?.moves[0]?.to, "off");
  });

  test("has a place only while few are under way", () => {
    const four = ["a", "b", "c", "d"].map((name) => append(name, 0, units(1)));
    assert.equal(failureOf(ask(left(four), [append("e", 0, units(1))])).code, "too_many");
  });
});

describe("a segment", () => {
  const inBeta = { attribute: "", op: "in_segment", value: "beta" };
  const { attribute: _attribute, ...condition } = inBeta;

  test("that something needs is not removed, and what needs it is named", () => {
    const state = left([
      put(),
      flag("a", { rules: [{ id: "r1", when: { all: [{ not: condition }] }, serve: { variation: "on" } }] }),
      { type: "put_segment", segment: { key: "gamma", rules: [condition] } },
    ]);
    const failure = failureOf(ask(state, [{ type: "remove_segment", segment: "beta" }]));
    assert.deepEqual(failure, {
      code: "referenced",
      what: "segment",
      key: "beta",
      by: ["flags.a.rules.r1", "segments.gamma.rules"],
    });
  });

  test("that was removed leaves with the next publish, and comes back with a rollback", () => {
    const removed = left([{ type: "publish" }, { type: "remove_segment", segment: "beta" }], long);
    const outcome = ask(removed, [{ type: "publish" }]);
    assert.deepEqual(Object.keys(planOf(outcome).segments), []);
    assert.deepEqual(viewOf(outcome.state).segments, []);
    const back = planOf(ask(outcome.state, [{ type: "rollback", version: 1 }]));
    assert.equal(Object.values(back.segments)[0]?.included.length, 3_000);
    const again = ask(outcome.state, [{ ...put(), expectedVersion: 0 }]);
    assert.equal(valueOf<SegmentView>(again).version, 2);
  });
});
