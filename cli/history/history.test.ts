import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { changesBetween } from "./changes.ts";
import { revisionsText, versionsText } from "./text.ts";

const at = Date.parse("2026-11-21T18:02:11.250Z") as never;

describe("the difference of two values", () => {
  const before = {
    name: "Checkout",
    expiresAt: 5,
    tags: ["a", "b"],
    rules: [
      { id: "r1", serve: { variation: "on" } },
      { id: "r2", serve: { variation: "off" } },
    ],
  };

  test("is told by member, and in lists by what an item is called", () => {
    const after = {
      name: "Check-out",
      owner: "ada",
      tags: ["b", "c"],
      rules: [
        { id: "r0", serve: { variation: "on" } },
        before.rules[0],
        { id: "r2", serve: { variation: "on" } },
      ],
    };
    assert.deepEqual(changesBetween(before, after), [
      { path: "name", before: "Checkout", after: "Check-out" },
      { path: "expiresAt", before: 5 },
      { path: "tags[a]", before: "a" },
      { path: "tags[c]", after: "c" },
      { path: "rules[r2].serve.variation", before: "off", after: "on" },
      { path: "rules[r0]", after: { id: "r0", serve: { variation: "on" } } },
      { path: "owner", after: "ada" },
    ]);
  });

  test("is nothing where only the order of members differs, and an order where that of a list does", () => {
    assert.deepEqual(changesBetween({ a: 1, b: 2 }, { b: 2, a: 1 }), []);
    const turned = { ...before, rules: before.rules.toReversed() };
    assert.deepEqual(changesBetween(before, turned), [
      { path: "rules in order", before: ["r1", "r2"], after: ["r2", "r1"] },
    ]);
  });

  test("of lists whose items have no names is the two lists, and of other kinds the two values", () => {
    const list = (items: unknown): unknown => ({ all: items });
    assert.deepEqual(changesBetween(list([{ op: "a" }]), list([{ op: "b" }])), [
      { path: "all", before: [{ op: "a" }], after: [{ op: "b" }] },
    ]);
    assert.deepEqual(changesBetween(list(["x", "x"]), list(["x"])), [
      { path: "all", before: ["x", "x"], after: ["x"] },
    ]);
    assert.deepEqual(changesBetween(list([1]), list({ constructor: 1 })), [
      { path: "all", before: [1], after: { constructor: 1 } },
    ]);
  });
});

test("an entity's history says who, when, what became of it and what changed", () => {
  const by = "weir_s123";
  const revision = (version: number, entity: object, members: object = {}) => ({
    version,
    at,
    by,
    entity,
    ...members,
  });
  const revisions = [
    revision(4, { key: "a", name: "four" }, { lists: { included: "u2" } }),
    revision(3, { key: "a", name: "three" }, { publishedIn: 9, removed: { at, by: "weir_s999" } }),
    revision(2, { key: "a", name: "three" }),
  ];
  const older = revision(1, { key: "a", name: "one", description: "d".repeat(200) });
  assert.equal(
    revisionsText("segments/a", revisions, older),
    [
      "segments/a",
      "",
      "version 4  2026-11-21T18:02:11Z  weir_s123  a draft",
      '  ~ name: "three" → "four"',
      '  + lists.included: "u2"',
      "",
      "removed    2026-11-21T18:02:11Z  weir_s999",
      "version 3  2026-11-21T18:02:11Z  weir_s123  published in version 9",
      "  nothing changed",
      "",
      "version 2  2026-11-21T18:02:11Z  weir_s123  never published",
      '  ~ name: "one" → "three"',
      `  - description: "${"d".repeat(78)}…`,
    ].join("\n"),
  );
  assert.match(revisionsText("segments/a", [older], undefined), /version 1 .+ a draft\n {2}made$/);
});

test("an environment's history is a line a version, with what it changed", () => {
  const version = { version: 12, at, by: "weir_s123", etag: "e" };
  const changed = { flags: ["a", "b", "c", "d", "e"], experiments: ["checkout"] };
  const text = versionsText("production", [
    { ...version, changed, note: "for spring", rollbackOf: 9 },
    { ...version, version: 11, changed: {} },
  ]);
  assert.match(
    text,
    /12 +2026-11-21T18:02:11Z +weir_s123 +flags a, b, c and 2 more; experiments checkout +rollback to 9; for spring$/m,
  );
  assert.match(text, /11 .+ nothing$/m);
  assert.equal(versionsText("production", []), "Nothing is published in production yet.");
});
