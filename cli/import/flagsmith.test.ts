import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Json } from "../../protocols/json.ts";
import { importFlagsmith } from "./flagsmith.ts";
import { deciderOf, importedOf, suiteOptions } from "./testing/suite.ts";

type Loose = Readonly<Record<string, unknown>>;

const state = (id: number, members: Loose = {}): Loose => ({
  feature: { id, name: `feature_${id}`, type: "STANDARD" },
  enabled: false,
  django_id: id * 10,
  feature_state_value: null,
  ...members,
});
const rule = (conditions: readonly Loose[], type = "ALL", rules: readonly Loose[] = []): Loose => ({
  type,
  conditions,
  rules,
});
const condition = (operator: string, property_: string | null, value: Json): Loose => ({
  operator,
  property_,
  value,
});

function deciderFor(features: readonly Loose[], segments: readonly Loose[] = [], members: Loose = {}) {
  const document = { api_key: "env", feature_states: features, project: { segments }, ...members };
  const imported = importedOf(importFlagsmith(document, suiteOptions));
  const decide = deciderOf(imported);
  return {
    imported,
    value: (flagKey: string, key: string | undefined, attributes: Loose = {}): Json | undefined =>
      decide(flagKey, { key, attributes }).value,
  };
}

/** Flagsmith's percentage, written out. */
function percentage(ids: readonly string[], times = 1): number {
  const text = Array.from({ length: times }, () => ids)
    .flat()
    .join(",");
  const rest = BigInt(`0x${createHash("md5").update(text).digest("hex")}`) % 9_999n;
  const value = (Number(rest) / 9_998) * 100;
  return value === 100 ? percentage(ids, times + 1) : value;
}

test("a multivariate value keeps every identity where it is, and nobody known gets the feature's own", () => {
  const arm = (id: number, value: Json, percentage_allocation: number): Loose => ({
    id,
    percentage_allocation,
    multivariate_feature_option: { value },
  });
  const arms = [arm(2, "second", 25.5), arm(1, "first", 10)];
  const { value } = deciderFor([
    state(1, { feature_state_value: "own", multivariate_feature_state_values: arms }),
  ]);
  for (let index = 0; index < 3_000; index++) {
    const at = percentage(["10", `env_user-${index}`]);
    const expected = at < 10 ? "first" : at < 35.5 ? "second" : "own";
    assert.equal(value("feature_1.value", `user-${index}`), expected);
  }
  assert.equal(value("feature_1.value", undefined), "own");
});

test("a percentage split takes the same identities, the bound included", () => {
  const segment = (id: number, share: string): Loose => ({
    id,
    name: `s${id}`,
    rules: [rule([condition("PERCENTAGE_SPLIT", "", share)])],
    feature_states: [state(id, { enabled: true })],
  });
  const shares = ["0", "12.5", "100", "50.005001000200036"];
  const { value } = deciderFor(
    shares.map((_, id) => state(id)),
    shares.map((share, id) => segment(id, share)),
  );
  for (const [id, share] of shares.entries())
    for (let index = 0; index < 1_000; index++) {
      const expected = percentage([String(id), `env_user-${index}`]) <= Number(share);
      assert.equal(value(`feature_${id}`, `user-${index}`), expected, `${share} ${index}`);
    }
});

test("conditions convert the constant to the trait's type", () => {
  const rows: readonly (readonly [Loose, Loose, boolean])[] = [
    [condition("EQUAL", "x", "5"), { x: 5 }, true],
    [condition("EQUAL", "x", "5"), { x: "5" }, true],
    [condition("EQUAL", "x", "5"), { x: "5.0" }, false],
    [condition("EQUAL", "x", "true"), { x: true }, true],
    [condition("EQUAL", "x", "False"), { x: false }, true],
    [condition("NOT_EQUAL", "x", "a"), { x: "b" }, true],
    [condition("NOT_EQUAL", "x", "a"), {}, false],
    [condition("GREATER_THAN", "x", "5"), { x: 6 }, true],
    [condition("GREATER_THAN", "x", "5"), { x: "10" }, false],
    [condition("LESS_THAN_INCLUSIVE", "x", "1.2.3:semver"), { x: "1.2.3" }, true],
    [condition("CONTAINS", "x", "bc"), { x: "abcd" }, true],
    [condition("NOT_CONTAINS", "x", "bc"), {}, false],
    [condition("REGEX", "x", "^a.$"), { x: "ab" }, true],
    [condition("IS_SET", "x", null), { x: 0 }, true],
    [condition("IS_NOT_SET", "x", null), {}, true],
    [condition("IN", "x", "a,b"), { x: "b" }, true],
    [condition("IN", "x", '["1","2"]'), { x: 2 }, true],
    [condition("IN", "$.identity.identifier", "ada,bob"), {}, true],
    [condition("EQUAL", "$.identity.identifier", "eve"), {}, false],
  ];
  const segments = rows.map(([one], id) => ({
    id,
    name: `s${id}`,
    rules: [rule([], "ALL", [rule([one], "ANY")])],
    feature_states: [state(id, { enabled: true })],
  }));
  const { value } = deciderFor(
    rows.map((_, id) => state(id)),
    segments,
  );
  for (const [id, [one, attributes, expected]] of rows.entries())
    assert.equal(
      value(`feature_${id}`, "ada", attributes),
      expected,
      `${JSON.stringify(one)} ${JSON.stringify(attributes)}`,
    );
});

test("people named come first, then the most urgent segment; on and value are two flags", () => {
  const everybody = (id: number, priority: number | null, value: string): Loose => ({
    id,
    name: `segment ${id}`,
    rules: [rule([condition("IS_SET", "x", null)])],
    feature_states: [state(1, { enabled: true, feature_state_value: value, feature_segment: { priority } })],
  });
  const { value, imported } = deciderFor(
    [state(1, { feature_state_value: "own" }), state(2)],
    [everybody(1, 5, "late"), everybody(2, 0, "urgent"), everybody(3, null, "last")],
    {
      identity_overrides: [
        { identifier: "ada", identity_features: [state(1, { enabled: true, feature_state_value: "hers" })] },
      ],
    },
  );
  assert.equal(value("feature_1.value", "ada", { x: 1 }), "hers");
  assert.equal(value("feature_1.value", "bob", { x: 1 }), "urgent");
  assert.equal(value("feature_1.value", "bob"), "own");
  assert.equal(value("feature_1", "bob"), false);
  assert.equal(value("feature_1", "ada"), true);
  assert.deepEqual(
    imported.flags.map(({ key }) => key),
    ["feature_1", "feature_1.value", "feature_2"],
  );
  assert.deepEqual(
    imported.segments.slice(0, 3).map(({ key }) => key),
    ["segment-1", "segment-2", "segment-3"],
  );
});

test("an operator that is not carried refuses its segment and the features that it decides", () => {
  const segments = [
    {
      id: 1,
      name: "odd",
      rules: [rule([condition("MODULO", "x", "2|1")])],
      feature_states: [state(1, { enabled: true })],
    },
  ];
  const { imported } = deciderFor([state(1), state(2)], segments);
  assert.deepEqual(
    imported.report.map(({ kind, name, outcome }) => [kind, name, outcome]),
    [
      ["segment", "odd", "refused"],
      ["flag", "feature_1", "refused"],
      ["flag", "feature_2", "carried"],
    ],
  );
});
