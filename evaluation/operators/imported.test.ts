import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../protocols/condition.ts";
import type { Json } from "../../protocols/json.ts";
import { holds as checkHolds } from "../check.ts";
import { CheckMaker } from "../conditions.ts";
import { compiled, contextOf, flag } from "../testing.ts";
import { attributeOperator } from "./table.ts";

// The operators that importers write.

type Row = readonly [op: string, constant: Json, value: unknown, expected: boolean | undefined];

const missing = undefined;
const rows: readonly Row[] = [
  ["coerced_eq", 12, "12.0", true],
  ["coerced_eq", 12, " 12 ", true],
  ["coerced_eq", 1, true, true],
  ["coerced_eq", 0, "", undefined],
  ["coerced_eq", 0, missing, undefined],
  ["coerced_eq", 0, [0], undefined],
  ["coerced_lt", 5, "4.9", true],
  ["coerced_lt", 5, "five", undefined],
  ["coerced_lte", 5, 5, true],
  ["coerced_gt", 5, "1e3", true],
  ["coerced_gte", 5, "Infinity", undefined],
  ["coerced_gte", 5, "4", false],
  ["text_in", ["12", "true"], 12, true],
  ["text_in", ["12", "true"], true, true],
  ["text_in", ["12"], ["12"], undefined],
  ["text_lt", "zebra", "always", true],
  ["text_lte", "b", "b", true],
  ["text_gt", "alphabet", "AZL", false],
  ["text_gte", "b", 5, undefined],
  ["truthy", true, "no", true],
  ["truthy", true, 0, false],
  ["truthy", false, "", true],
  ["truthy", false, null, undefined],
  ["in_ignore_case", ["US"], "us", true],
  ["in_ignore_case", ["us"], 5, undefined],
  ["contains_ignore_case", "MAIL", "some-email", true],
  ["starts_with_ignore_case", "TEST", "test@", true],
  ["ends_with_ignore_case", ".COM", "a.com", true],
  ["ends_with_ignore_case", ".org", "a.com", false],
  ["has_any_ignore_case", ["A", "B"], ["x", "b"], true],
  ["has_any_ignore_case", ["a"], "a", undefined],
  ["has_all_ignore_case", ["one", "two"], ["ONE", "Two", 3], true],
  ["has_all_ignore_case", ["one", "two"], ["ONE"], false],
  ["type_is", "array", [], true],
  ["type_is", "object", [], false],
  ["type_is", "object", null, undefined],
  ["length_between", [1, 2], ["a"], true],
  ["length_between", [1, 2], [], false],
  ["length_between", [1, 2], "a", undefined],
  ["json_eq", ["a", "b"], ["a", "b"], true],
  ["json_eq", ["a", "b"], ["b", "a"], false],
  ["json_eq", { a: 1 }, { a: 1, b: 2 }, false],
  ["json_eq", { a: 1 }, "text", undefined],
  ["semver_lenient_eq", "2.0.0", "v2", true],
  ["semver_lenient_eq", "v2.1", "2.1.0", true],
  ["semver_lenient_eq", "2", 2, true],
  ["semver_lenient_lt", "2.0.0", "2-rc.1", true],
  ["semver_lenient_lte", "2.0.0", "2.0.0+build", true],
  ["semver_lenient_gt", "1.9", "1.10", true],
  ["semver_lenient_gte", "1.0.0", "2.0.0.0", undefined],
  ["semver_lenient_gte", "1.0.0", "02.0.0", undefined],
  ["semver_lenient_gte", "1.0.0", "vv2", undefined],
  ["version_padded_eq", "1.2.3-4", "1.2.3.4", true],
  ["version_padded_eq", "v1.2.3", "1-2-3", true],
  ["version_padded_lt", "10000.0.0", "9999.0.0", true],
  ["version_padded_lte", "0", [], true],
  ["version_padded_gt", "1.2.3", "a.b.c.d.e.f", true],
  ["version_padded_gt", "1.2.3-rc.1", "1.2.3", true],
  ["version_padded_gte", "1.2.3", missing, undefined],
];

test("the operators of importers hold for what their systems would say yes to", () => {
  for (const [op, constant, value, expected] of rows) {
    const prepared = attributeOperator(op)?.(constant);
    assert.ok(prepared?.ok === true, `${op} ${JSON.stringify(constant)}`);
    assert.equal(
      prepared.test(value),
      expected,
      `${op} ${JSON.stringify(constant)} ${JSON.stringify(value)}`,
    );
  }
});

test("constants of the wrong kind are refused", () => {
  const wrong: readonly (readonly [string, Json])[] = [
    ["coerced_eq", "5"],
    ["text_in", []],
    ["text_in", [5]],
    ["text_lt", 5],
    ["truthy", "true"],
    ["in_ignore_case", "us"],
    ["contains_ignore_case", 5],
    ["has_all_ignore_case", [5]],
    ["type_is", "null"],
    ["length_between", [2, 1]],
    ["json_eq", "a"],
    ["semver_lenient_eq", "one"],
    ["version_padded_eq", null],
  ];
  for (const [op, constant] of wrong)
    assert.equal(attributeOperator(op)?.(constant).ok, false, `${op} ${JSON.stringify(constant)}`);
});

const holds = (
  condition: Condition,
  attributes: Readonly<Record<string, unknown>>,
  now = 0,
): boolean | undefined => {
  const check = new CheckMaker("salt", () => undefined).checkOf(condition);
  return check === undefined ? undefined : checkHolds(check, { ...contextOf(1, attributes, now), key: "a" });
};

test("some asks each member of a list, an object for its own members", () => {
  const named: Condition = {
    attribute: "hobbies",
    op: "some",
    value: { all: [{ attribute: "name", op: "starts_with", value: "ping" }] },
  };
  assert.equal(holds(named, { hobbies: [{ name: "bowling" }, { name: "pingpong" }] }), true);
  assert.equal(holds(named, { hobbies: [{ name: "bowling" }] }), false);
  assert.equal(holds(named, { hobbies: "pingpong" }), false);
  assert.equal(holds({ ...named, negate: true }, { hobbies: "pingpong" }), false);
  const number: Condition = {
    attribute: "n",
    op: "some",
    value: { attribute: "value", op: "gt", value: 10 },
  };
  assert.equal(holds(number, { n: [0, 15] }), true);
  assert.equal(holds(number, { n: [0, 8] }), false);
});

test("in_hash_range asks where the raw key or an attribute lies, and nobody without one is in or out", () => {
  // GrowthBook's own vector: version 1, seed "b", value "a" lies at 0.946.
  const value = (attribute: Json, from: number, to: number): Json => ({
    recipe: { profile: "growthbook", version: 1, seed: "b", ...(attribute === null ? {} : { attribute }) },
    ranges: [
      { from: 0, to: 0.1 },
      { from, to },
    ],
  });
  assert.equal(holds({ op: "in_hash_range", value: value(null, 0.946, 0.947) }, {}), true);
  assert.equal(holds({ op: "in_hash_range", value: value(null, 0.9, 0.946) }, {}), false);
  assert.equal(
    holds({ op: "in_hash_range", value: value("device.id", 0.946, 1) }, { device: { id: "a" } }),
    true,
  );
  for (const negate of [true, false])
    assert.equal(holds({ op: "in_hash_range", value: value("device", 0, 1), negate }, {}), false);
  assert.equal(
    holds({ op: "in_hash_range", value: { recipe: { profile: "other" }, ranges: [] } }, {}),
    undefined,
  );
});

test("now_before and now_after ask the clock of the decision", () => {
  assert.equal(holds({ op: "now_after", value: "1970-01-01T00:00:01Z" }, {}, 1_001), true);
  assert.equal(holds({ op: "now_after", value: 1_000 }, {}, 1_000), false);
  assert.equal(holds({ op: "now_before", value: 1_000 }, {}, 999), true);
});

test("compile lists what is wrong with the constants of some, in_hash_range and the clock", () => {
  const faulty: readonly (readonly [Condition, string])[] = [
    [{ attribute: "a", op: "some", value: { attribute: "x", op: "in_segment" } }, "value"],
    [
      { attribute: "a", op: "some", value: { all: [{ attribute: "x", op: "lt", value: "y" }] } },
      "value.all[0].value",
    ],
    [{ op: "some", value: { all: [] } }, "attribute"],
    [
      { op: "in_hash_range", value: { recipe: { profile: "eppo", salt: "s", shards: 0 }, ranges: [] } },
      "value",
    ],
    [
      {
        attribute: "a",
        op: "in_hash_range",
        value: { recipe: { profile: "growthbook", version: 1, seed: "" }, ranges: [{ from: 0, to: 1 }] },
      },
      "attribute",
    ],
    [{ op: "now_before", value: "soon" }, "value"],
  ];
  for (const [when, path] of faulty) {
    const flags = [flag("f", { rules: [{ id: "r", when, serve: { variation: "on" } }] })];
    const result = compiled({ flags });
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map((problem) => problem.path),
      [`flags.f.rules[0].when.${path}`],
    );
  }
});
