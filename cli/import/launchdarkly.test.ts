import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Json } from "../../protocols/json.ts";
import { importLaunchdarkly } from "./launchdarkly.ts";
import { deciderOf, importedOf, suiteOptions } from "./testing/suite.ts";

type Loose = Readonly<Record<string, unknown>>;

const flag = (key: string, members: Loose = {}): Loose => ({
  key,
  on: true,
  salt: "salt",
  variations: ["a", "b", "c"],
  offVariation: 2,
  fallthrough: { variation: 0 },
  ...members,
});
const clause = (attribute: string, op: string, values: readonly Json[], members: Loose = {}): Loose => ({
  attribute,
  op,
  values,
  ...members,
});

function deciderFor(flags: readonly Loose[], segments: readonly Loose[] = []) {
  const byKey = (entities: readonly Loose[]): Loose =>
    Object.fromEntries(entities.map((entity) => [entity["key"], entity]));
  const imported = importedOf(
    importLaunchdarkly({ flags: byKey(flags), segments: byKey(segments) }, suiteOptions),
  );
  const decide = deciderOf(imported);
  const value = (flagKey: string, key: string, attributes: Loose = {}): Json | undefined =>
    decide(flagKey, { key, attributes }).value;
  return { imported, decide, value };
}

/** LaunchDarkly's place of a user, written out. */
function place(text: string): number {
  const digits = createHash("sha1").update(text).digest("hex").slice(0, 15);
  return Number.parseInt(digits, 16) / Number.parseInt("f".repeat(15), 16);
}

test("a rollout keeps every user where they are, by flag and salt or by seed", () => {
  const variations = [
    { variation: 0, weight: 12_345 },
    { variation: 2, weight: 60_000 },
    { variation: 1, weight: 27_655 },
  ];
  const { value } = deciderFor([
    flag("salted", { fallthrough: { rollout: { variations } } }),
    flag("seeded", { fallthrough: { rollout: { variations, seed: 61 } } }),
    flag("by-company", { fallthrough: { rollout: { variations, bucketBy: "company" } } }),
  ]);
  const expected = (at: number): string => (at < 0.12345 ? "a" : at < 0.72345 ? "c" : "b");
  for (let index = 0; index < 2_000; index++) {
    const user = `user-${index}`;
    assert.equal(value("salted", user), expected(place(`salted.salt.${user}`)));
    assert.equal(value("seeded", user), expected(place(`61.${user}`)));
    assert.equal(value("by-company", user, { company: user }), expected(place(`by-company.salt.${user}`)));
  }
  assert.equal(value("by-company", "ada"), "a", "nobody to hash lies at 0");
});

test("an experiment's measured parts become an experiment, and the rest keeps its variation", () => {
  const rollout = {
    kind: "experiment",
    seed: 7,
    variations: [
      { variation: 0, weight: 10_000 },
      { variation: 1, weight: 10_000 },
      { variation: 0, weight: 80_000, untracked: true },
    ],
  };
  const { imported, decide } = deciderFor([
    flag("f", { rules: [{ id: "r", clauses: [clause("x", "in", [1])], rollout }] }),
  ]);
  assert.equal(imported.experiments.length, 1);
  for (let index = 0; index < 1_000; index++) {
    const user = `user-${index}`;
    const at = place(`7.${user}`);
    const { code, value } = decide("f", { key: user, attributes: { x: 1 } });
    assert.deepEqual(
      [code, value],
      at < 0.1 ? ["experiment_assigned", "a"] : at < 0.2 ? ["experiment_assigned", "b"] : ["split", "a"],
    );
  }
});

test("clauses fit as they do there, members of lists included, and never an attribute nobody sent", () => {
  const rows: readonly (readonly [Loose, Loose, boolean])[] = [
    [clause("x", "in", ["a", 1]), { x: 1 }, true],
    [clause("x", "in", ["1"]), { x: 1 }, false],
    [clause("x", "in", ["a"]), { x: ["b", "a"] }, true],
    [clause("x", "in", ["a"], { negate: true }), {}, false],
    [clause("x", "in", ["a"], { negate: true }), { x: 5 }, true],
    [clause("x", "startsWith", ["b", "a"]), { x: "apple" }, true],
    [clause("x", "endsWith", ["e"]), { x: ["pear", "apple"] }, true],
    [clause("x", "contains", ["z"], { negate: true }), { x: "apple" }, true],
    [clause("x", "matches", ["^a.+e$"]), { x: "apple" }, true],
    [clause("x", "lessThan", [5]), { x: 4.9 }, true],
    [clause("x", "lessThan", [5]), { x: "4" }, false],
    [clause("x", "greaterThanOrEqual", [5, 7]), { x: 5 }, true],
    [clause("x", "before", ["2020-01-01T00:00:00Z"]), { x: "2019-12-31T23:59:59+00:00" }, true],
    [clause("x", "after", [1_000]), { x: 1_001 }, true],
    [clause("x", "semVerEqual", ["2.0"]), { x: "2" }, true],
    [clause("x", "semVerEqual", ["2.0.0"]), { x: "v2.0.0" }, false],
    [clause("x", "semVerGreaterThan", ["2.0.0-rc.2"]), { x: "2.0.0-rc.10" }, true],
    [clause("x", "semVerLessThan", ["v2"]), { x: "1.0.0" }, false],
    [clause("x", "unheardOf", ["a"]), { x: "a" }, false],
    [clause("/address/city", "in", ["Bern"], { contextKind: "user" }), { address: { city: "Bern" } }, true],
    [clause("plan", "in", ["pro"], { contextKind: "organization" }), { organization: { plan: "pro" } }, true],
    [clause("key", "in", ["ada", "bob"]), {}, true],
    [clause("key", "in", ["ada"], { negate: true }), {}, false],
    [clause("", "segmentMatch", ["beta", "unknown"]), { email: "x@beta.example" }, true],
    [clause("", "segmentMatch", ["unknown"], { negate: true }), {}, true],
  ];
  const flags = rows.map(([one], index) => flag(`f${index}`, { rules: [{ clauses: [one], variation: 1 }] }));
  const beta = { key: "beta", rules: [{ clauses: [clause("email", "endsWith", ["@beta.example"])] }] };
  const { value } = deciderFor(flags, [beta]);
  for (const [index, [one, attributes, expected]] of rows.entries())
    assert.equal(
      value(`f${index}`, "ada", attributes),
      expected ? "b" : "a",
      `${JSON.stringify(one)} ${JSON.stringify(attributes)}`,
    );
});

test("units named in targets come before rules, and who is included is in though excluded too", () => {
  const everybody = { rules: [{ clauses: [clause("", "segmentMatch", ["s"])], variation: 1 }] };
  const segment = {
    key: "s",
    included: ["ada", "eve"],
    excluded: ["eve", "bob"],
    rules: [{ clauses: [clause("x", "in", [1])] }],
  };
  const { value, imported } = deciderFor(
    [flag("f", { targets: [{ variation: 2, values: ["ada"] }], ...everybody })],
    [segment],
  );
  assert.equal(value("f", "ada"), "c");
  assert.equal(value("f", "eve"), "b");
  assert.equal(value("f", "bob", { x: 1 }), "a");
  assert.equal(value("f", "kim", { x: 1 }), "b");
  assert.ok(!JSON.stringify(imported.segments).includes("ada"), "a raw key is in a segment");
});

test("a segment's share takes the same users", () => {
  const segment = { key: "s", salt: "pepper", rules: [{ clauses: [], weight: 30_000 }] };
  const { value } = deciderFor(
    [flag("f", { rules: [{ clauses: [clause("", "segmentMatch", ["s"])], variation: 1 }] })],
    [segment],
  );
  for (let index = 0; index < 1_000; index++)
    assert.equal(value("f", `u${index}`), place(`s.pepper.u${index}`) < 0.3 ? "b" : "a");
});

test("being off never meets a prerequisite, also when it serves the wanted variation", () => {
  const { value } = deciderFor([
    flag("off-parent", { on: false, offVariation: 0 }),
    flag("on-parent", { offVariation: 0 }),
    flag("child-of-off", { prerequisites: [{ key: "off-parent", variation: 0 }] }),
    flag("child-of-on", { prerequisites: [{ key: "on-parent", variation: 0 }] }),
    flag("child-of-none", { prerequisites: [{ key: "absent", variation: 0 }] }),
  ]);
  assert.deepEqual(
    ["off-parent", "on-parent", "child-of-off", "child-of-on", "child-of-none"].map((key) =>
      value(key, "ada"),
    ),
    ["a", "a", "c", "a", "c"],
  );
});

test("what cannot be carried is refused with its path, and what needs it too", () => {
  const { imported } = deciderFor(
    [
      flag("lists", { rules: [{ clauses: [clause("x", "in", [["a"]])], variation: 1 }] }),
      flag("lookahead", { rules: [{ clauses: [clause("x", "matches", ["(?=a)b"])], variation: 1 }] }),
      flag("big", { rules: [{ clauses: [clause("", "segmentMatch", ["huge"])], variation: 1 }] }),
      flag("child", { prerequisites: [{ key: "lists", variation: 0 }] }),
      flag("fine"),
    ],
    [{ key: "huge", unbounded: true }],
  );
  assert.deepEqual(
    imported.flags.map(({ key }) => key),
    ["fine"],
  );
  const paths = imported.report.map(({ name, outcome, notes }) => [name, outcome, notes[0]?.path]);
  assert.deepEqual(paths, [
    ["huge", "refused", "segments.huge"],
    ["lists", "refused", "flags.lists.rules[0].clauses[0]"],
    ["lookahead", "refused", "flags.lookahead.rules[0].clauses[0]"],
    ["big", "refused", "rules"],
    ["child", "refused", "flags.child.prerequisites"],
    ["fine", "carried", undefined],
  ]);
});
