import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocols/json.ts";
import { operators } from "../../protocols/condition.ts";
import { instantOf } from "../../protocols/constants/instant.ts";
import { attributeOperator } from "./table.ts";

const accepts = (op: string, constant: Json | undefined): boolean | undefined =>
  attributeOperator(op)?.(constant).ok;

test("every operator of the protocol is in the table, but for those of the unit, the clock and of lists", () => {
  const missing = operators.filter((op) => attributeOperator(op) === undefined);
  assert.deepEqual(missing, ["in_segment", "bucket", "some", "in_hash_range", "now_before", "now_after"]);
  assert.equal(attributeOperator("constructor"), undefined);
});

test("constants of the wrong kind are refused", () => {
  const wrong: readonly [string, Json | undefined][] = [
    ["eq", undefined],
    ["eq", null],
    ["eq", ["a"]],
    ["eq", {}],
    ["in", "a"],
    ["in", []],
    ["in", [null]],
    ["not_in", [[]]],
    ["lt", "1"],
    ["gte", null],
    ["between", [1]],
    ["between", [2, 1]],
    ["between", ["a", "b"]],
    ["contains", 1],
    ["starts_with", undefined],
    ["matches", "("],
    ["matches", "(?=a)"],
    ["matches", "(a)\\1"],
    ["matches", "a".repeat(1_001)],
    ["matches", 1],
    ["exists", "yes"],
    ["semver_eq", "1.2"],
    ["semver_range", "one"],
    ["semver_range", 1],
    ["before", "2026-01-01"],
    ["before", "2026-02-29T00:00:00Z"],
    ["after", "2026-01-01T00:00:00"],
    ["after", null],
    ["in_cidr", "10.0.0.0"],
    ["in_cidr", "10.0.0.0/33"],
    ["in_cidr", "10.1/8"],
    ["in_cidr", "fe80::1%eth0/64"],
    ["in_cidr", []],
    ["in_cidr", ["10.0.0.0/8", 1]],
    ["has_any", "a"],
    ["has_all", []],
  ];
  for (const [op, constant] of wrong)
    assert.equal(accepts(op, constant), false, `${op} ${JSON.stringify(constant)}`);
});

test("instants are RFC 3339 with an offset, by the calendar", () => {
  assert.equal(instantOf("2024-02-29T12:00:00Z"), Date.UTC(2024, 1, 29, 12));
  assert.equal(instantOf("2024-02-29t12:00:00.1239+02:00"), Date.UTC(2024, 1, 29, 10, 0, 0, 123));
  assert.equal(instantOf("2024-02-29 12:00:00z"), Date.UTC(2024, 1, 29, 12));
  for (const text of [
    "1900-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:60Z",
  ])
    assert.equal(instantOf(text), undefined, text);
});

test("a pattern that stops a backtracking engine takes linear time", () => {
  const prepared = attributeOperator("matches")?.("^(a+)+$");
  assert.ok(prepared?.ok === true);
  assert.equal(prepared.test(`${"a".repeat(1_000)}!`), false);
  assert.equal(prepared.test("a".repeat(1_024)), true);
  assert.equal(prepared.test("a".repeat(1_025)), undefined, "a longer text has the wrong type");
});

test("a pattern whose automaton is large is refused, however short it is", () => {
  assert.equal(accepts("matches", "(a?){200}a{200}"), false);
  assert.equal(accepts("matches", "[a-z]{2,20}"), true);
});
