import assert from "node:assert/strict";
import { test } from "node:test";
import { operators, type Condition, type Operator } from "../protocols/condition.ts";
import { evaluate } from "./evaluate.ts";
import { program } from "./program.ts";
import { contextOf, flag, planOf, segment } from "./testing.ts";
import { constants } from "./testing/arbitrary.ts";

// Input made to hurt. Times are of the processor, and the best of a few: other processes share the machine.

/** The bound of a decision, whatever is asked with a body of the gateway's greatest size. */
const decisionMsMax = 10;
const bodyLength = 65_536;

function bestMs(run: () => void): number {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

const rule = (when: Condition) => [{ id: "r", when, serve: { variation: "on" } }];
const ofUnit: readonly Operator[] = ["in_segment", "bucket", "in_hash_range", "now_before", "now_after"];

test("no operator takes long over a huge attribute", () => {
  const asked = operators.filter((op) => !ofUnit.includes(op));
  const built = program(
    planOf({
      flags: asked.map((op) => flag(op, { rules: rule({ attribute: "x", op, value: constants[op] }) })),
      segments: [segment("s")],
    }),
  );
  let deep: unknown = "a";
  for (let level = 0; level < bodyLength / 6; level++) deep = { x: deep };
  const values: readonly (readonly [string, unknown])[] = [
    ["text", "a".repeat(bodyLength)],
    ["digits", "1".repeat(bodyLength)],
    ["dots", "1.".repeat(bodyLength / 2)],
    ["list of texts", Array.from({ length: bodyLength / 4 }, () => "b")],
    ["list of lists", Array.from({ length: bodyLength / 3 }, () => [])],
    [
      "object",
      Object.fromEntries(Array.from({ length: bodyLength / 9 }, (_, index) => [`m${index}`, index])),
    ],
    ["deep object", deep],
  ];
  for (const [name, x] of values)
    for (const op of asked) {
      const took = bestMs(() => void evaluate(built, op, contextOf(1, { x })));
      assert.ok(took < decisionMsMax, `${op} of a ${name} took ${took} ms`);
    }
});

test("patterns built to explode, on texts built to make them", () => {
  const patterns = [
    "(a+)+$",
    "(a|aa)+$",
    "(a*)*b",
    "^(a?){100}a{100}$",
    "(x+x+)+y",
    "([a-z]+)*=",
    "(.*)(.*)(.*)(.*)x",
  ];
  const texts = ["a".repeat(1_023) + "!", "x".repeat(1_024), "ab".repeat(512)];
  for (const [index, pattern] of patterns.entries()) {
    const built = program(
      planOf({
        flags: [flag(`f${index}`, { rules: rule({ attribute: "x", op: "matches", value: pattern }) })],
      }),
    );
    for (const x of texts) {
      const took = bestMs(() => void evaluate(built, `f${index}`, contextOf(1, { x })));
      assert.ok(took < decisionMsMax, `${pattern} took ${took} ms`);
    }
  }
});

test("a flag of 10 000 rules, a chain of 32 prerequisites and 32 nested segments are no slow path", () => {
  const rules = Array.from({ length: 10_000 }, (_, index) => ({
    id: `r${index}`,
    when: {
      all: [
        { attribute: "x", op: "eq", value: `v${index}` },
        { attribute: "y", op: "semver_gt", value: "1.2.3" },
      ],
    },
    serve: { variation: "on" },
  }));
  const chain = Array.from({ length: 32 }, (_, level) =>
    flag(`p${level}`, {
      prerequisites: level === 0 ? [] : [{ flag: `p${level - 1}`, variations: ["off"] }],
      rules: rule({ op: "in_segment", value: "s31" }),
    }),
  );
  const nested = Array.from({ length: 32 }, (_, level) =>
    segment(`s${level}`, {
      rules:
        level === 0 ? [{ attribute: "z", op: "exists" }] : [{ op: "in_segment", value: `s${level - 1}` }],
    }),
  );
  const built = program(planOf({ flags: [flag("many", { rules }), ...chain], segments: nested }));
  const context = contextOf(1, { x: "v9999", y: "1.2.4" });
  assert.equal(evaluate(built, "many", context).ruleId, "r9999");
  assert.ok(bestMs(() => void evaluate(built, "many", context)) < decisionMsMax);
  assert.equal(evaluate(built, "p31", context).code, "fallthrough");
  assert.ok(bestMs(() => void evaluate(built, "p31", context)) < decisionMsMax);
});
