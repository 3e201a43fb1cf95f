import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocols/json.ts";
import { importGrowthbook } from "./growthbook.ts";
import type { ImportOptions } from "./imported.ts";
import { deciderOf, importedOf, suiteOptions, unitOf } from "./testing/suite.ts";

type Loose = Readonly<Record<string, unknown>>;

const load = (features: Loose, members: Loose = {}, options: ImportOptions = suiteOptions) =>
  importedOf(importGrowthbook({ features, ...members }, options));

test("a list of ids becomes a segment of pseudonyms that flags share, and its key stays in the next import", () => {
  const listed = { id: { $in: ["ada", "bob"] } };
  const features = {
    one: { defaultValue: false, rules: [{ force: true, condition: listed }] },
    two: { defaultValue: false, rules: [{ force: true, condition: { $not: listed } }] },
    three: { defaultValue: false, rules: [{ force: true, condition: { id: { $inGroup: "testers" } } }] },
  };
  const imported = load(features, { savedGroups: { testers: ["bob", "ada"] } });
  const [segment, ...others] = imported.segments;
  assert.deepEqual(others, []);
  assert.deepEqual(segment?.included, [unitOf("ada"), unitOf("bob")]);
  assert.ok(!JSON.stringify(imported.flags).includes("ada"));
  const decide = deciderOf(imported);
  const values = (key: string): (Json | undefined)[] =>
    ["one", "two", "three"].map((flag) => decide(flag, { key, attributes: {} }).value);
  assert.deepEqual(values("ada"), [true, false, true]);
  assert.deepEqual(values("eve"), [false, true, false]);
  assert.deepEqual(load(features, { savedGroups: { testers: ["ada", "bob"] } }).segments, imported.segments);
});

test("a list longer than a segment may be becomes several", () => {
  const ids = Array.from({ length: 33_000 }, (_, index) => `user-${index}`);
  const imported = load({
    f: { defaultValue: false, rules: [{ force: true, condition: { id: { $in: ids } } }] },
  });
  assert.equal(imported.segments.length, 3);
  const decide = deciderOf(imported);
  assert.equal(decide("f", { key: "user-32999", attributes: {} }).value, true);
  assert.equal(decide("f", { key: "user-33000", attributes: {} }).value, false);
});

test("each flag says whether it is carried, changed or refused, and where", () => {
  const { report, flags } = load(
    {
      plain: { defaultValue: 1 },
      camelCase: { defaultValue: 1 },
      lookahead: { defaultValue: 1, rules: [{ force: 2, condition: { x: { $regex: "(?!a)b" } } }] },
      page: { defaultValue: 1, rules: [{ variations: [1, 2], urlPatterns: [{ pattern: "/x" }] }] },
      dependent: {
        defaultValue: 1,
        rules: [{ force: 2, parentConditions: [{ id: "plain", condition: { value: 1 } }] }],
      },
      gated: { defaultValue: 1, rules: [{ parentConditions: [{ id: "lookahead", gate: true }] }] },
      overlapping: {
        defaultValue: 1,
        rules: [
          {
            variations: [1, 2],
            ranges: [
              [0, 0.6],
              [0.5, 1],
            ],
          },
        ],
      },
      nameless: { defaultValue: 1, rules: [{ force: 2, condition: { "": 1 } }] },
    },
    { experiments: [{ key: "headline", manual: false }] },
  );
  assert.deepEqual(
    report.map(({ kind, name, outcome, notes }) => [kind, name, outcome, notes[0]?.path]),
    [
      ["experiment", "headline", "refused", "experiments"],
      ["flag", "plain", "carried", undefined],
      ["flag", "camelCase", "changed", "features.camelCase"],
      ["flag", "lookahead", "refused", "features.lookahead.rules[0].condition.x.$regex"],
      ["flag", "page", "refused", "features.page.rules[0].urlPatterns"],
      ["flag", "dependent", "refused", "features.dependent.rules[0].parentConditions"],
      ["flag", "gated", "refused", "features.gated.rules[0].parentConditions"],
      ["flag", "overlapping", "refused", "experiments.overlapping.variants[1].range"],
      ["flag", "nameless", "refused", "features.nameless.rules[0].condition."],
    ],
  );
  assert.deepEqual(
    flags.map(({ key }) => key),
    ["plain", "camelcase"],
  );
});

test("experiments need a metric; of one key used twice the second takes the flag's name along", () => {
  const rule = { key: "test", variations: ["a", "b"], meta: [{ key: "control" }, { key: "new" }] };
  const features = { one: { defaultValue: "a", rules: [rule] }, two: { defaultValue: "a", rules: [rule] } };
  const { experiments } = load(features);
  assert.deepEqual(
    experiments.map(({ key, flag, control, variants }) => [
      key,
      flag,
      control,
      variants.map((each) => each.key),
    ]),
    [
      ["test", "one", "control", ["control", "new"]],
      ["test.two", "two", "control", ["control", "new"]],
    ],
  );
  const split = load(features, {}, { unitIdOf: unitOf });
  assert.deepEqual(split.experiments, []);
  assert.deepEqual(
    split.report.map(({ outcome }) => outcome),
    ["changed", "changed"],
  );
});

test("a payload that is encrypted or of another system is no payload", () => {
  for (const content of [{ features: "text" }, { encryptedFeatures: "…" }, { flags: {} }, [], null])
    assert.equal(importGrowthbook(content, suiteOptions).ok, false);
});
