import assert from "node:assert/strict";
import { test } from "node:test";
import { flagNamed, flags, versioned } from "../testing/fixtures.ts";
import { keepsFlag } from "./flag-filter.ts";

const kept = (text: string, state = ""): string[] =>
  flags.filter((flag) => keepsFlag({ text, state }, flag)).map(({ entity }) => entity.key);

test("every word must occur, in key, name, owner or tags", () => {
  assert.deepEqual(kept("ANA check"), ["new-checkout"]);
  assert.deepEqual(kept("nothing-like-it"), []);
  assert.equal(kept("").length, flags.length);
});

test("state filters by the word the row shows; draft by what is not yet served", () => {
  assert.deepEqual(kept("", "off"), ["beta-api"]);
  assert.deepEqual(kept("", "killed"), ["old-banner"]);
  assert.deepEqual(kept("", "draft"), ["search-v2", "beta-api"]);
});

test("archived flags hide until they are asked for", () => {
  const archived = versioned({ ...flagNamed("gone"), status: "archived" as const }, 1, 1);
  assert.ok(!keepsFlag({ text: "", state: "" }, archived));
  assert.ok(keepsFlag({ text: "", state: "archived" }, archived));
});
