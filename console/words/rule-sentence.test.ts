import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../protocols/condition.ts";
import { conditionText, ruleSentence, serveSentence } from "./rule-sentence.ts";

const cases: [Condition, string][] = [
  [{ attribute: "country", op: "in", value: ["DE", "FR"] }, "country is one of “DE”, “FR”"],
  [{ attribute: "age", op: "between", value: [18, 30] }, "age is between 18 and 30"],
  [{ attribute: "email", op: "exists" }, "email is present"],
  [{ attribute: "plan", op: "eq", value: "pro", negate: true }, "not (plan is “pro”)"],
  [{ op: "in_segment", value: "staff" }, "the person is in segment “staff”"],
  [{ op: "bucket", value: { salt: "s", from: 0, to: 500 } }, "the person falls into the part from 0% to 5%"],
  [{ any: [] }, "never"],
];

test("each condition reads as words", () => {
  for (const [condition, text] of cases) assert.equal(conditionText(condition), text);
});

test("parentheses appear only around a nested choice", () => {
  const a: Condition = { attribute: "a", op: "eq", value: 1 };
  const b: Condition = { attribute: "b", op: "gt", value: 2 };
  assert.equal(conditionText({ all: [a, b] }), "a is 1 and b is above 2");
  assert.equal(conditionText({ all: [a, { any: [a, b] }] }), "a is 1 and (a is 1 or b is above 2)");
  assert.equal(conditionText({ all: [{ any: [a] }, b] }), "a is 1 and b is above 2");
});

test("a rule is one sentence", () => {
  const serve = {
    split: [
      { variation: "on", weight: 1_250 },
      { variation: "off", weight: 8_750 },
    ],
  };
  assert.equal(
    ruleSentence({ id: "r1", when: { attribute: "plan", op: "eq", value: "pro" }, serve }),
    "If plan is “pro”, serve on to 12.5% and off to 87.5%.",
  );
  assert.equal(
    ruleSentence({ id: "r2", when: { all: [] }, serve: { variation: "on" } }),
    "For everyone, serve on.",
  );
});

test("an experiment names what the others get", () => {
  assert.equal(
    serveSentence({ experiment: "checkout" as never, otherwise: "off" }),
    "let experiment checkout decide, otherwise serve off",
  );
});
