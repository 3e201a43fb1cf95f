import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import { operators, type Condition, type Operator } from "../protocols/condition.ts";
import type { EvaluationContext } from "../protocols/decision.ts";
import type { UnitId } from "../protocols/ids.ts";
import type { Plan } from "../protocols/plan.ts";
import { evaluate, evaluateAll } from "./evaluate.ts";
import { program } from "./program.ts";
import { contextOf, experiment, flag, planOf, seeded, segment } from "./testing.ts";
import { constants } from "./testing/arbitrary.ts";

const paths = ["x", "x.y", "__proto__", "constructor.name", "toString", "x.length", ""];
const ofUnit: readonly Operator[] = ["in_segment", "bucket", "in_hash_range", "now_before", "now_after"];
const isOfUnit = (op: Operator): boolean => ofUnit.includes(op);
const comparisons = operators.flatMap((op) =>
  (isOfUnit(op) ? [undefined] : ["x", "x.y", "__proto__", "constructor.name", "x.length"]).flatMap(
    (attribute) =>
      [true, false].map((negate): Condition => ({
        ...(attribute === undefined ? {} : { attribute }),
        op,
        value: constants[op],
        negate,
      })),
  ),
);
const everything = program(
  planOf({
    flags: [
      ...comparisons.map((when, index) =>
        flag(`c${index}`, {
          rules: [{ id: "r", when, serve: { variation: "on" } }],
          fallthrough: index === 0 ? { experiment: "e", otherwise: "off" } : { variation: "off" },
        }),
      ),
      flag("needs", {
        prerequisites: [{ flag: "c0", variations: ["on"] }],
        fallthrough: {
          split: [
            { variation: "on", weight: 1 },
            { variation: "off", weight: 9_999 },
          ],
        },
      }),
    ],
    segments: [segment("s", { rules: [{ attribute: "x", op: "eq", value: "a" }] })],
    experiments: [experiment("e", "c0", { allocation: 5_000, startAt: 1, stopAt: 5 })],
  }),
);

const hostile: Readonly<Record<string, unknown>> = {
  get x() {
    throw new Error("a getter that throws");
  },
};
const { proxy, revoke } = Proxy.revocable<unknown[]>([], {});
revoke();

test("no context makes evaluating throw, and every flag answers", () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  const attributes = fc.oneof(
    fc.dictionary(fc.constantFrom(...paths), value),
    value as fc.Arbitrary<Record<string, unknown>>,
  );
  const check = (context: EvaluationContext): void => {
    for (const answer of evaluateAll(everything, context))
      assert.ok(answer.variation === "on" || answer.variation === "off");
  };
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), attributes, fc.double(), (unitId, each, now) =>
      check({ unitId: unitId as UnitId, attributes: each, now }),
    ),
    seeded(300),
  );
  for (const each of [hostile, { x: proxy }, { x: hostile }, proxy as unknown as Record<string, unknown>])
    check(contextOf(1, each));
});

test("the same plan and context give the same answer, from any program built of the plan", () => {
  const again = program(structuredClone(everything.plan));
  fc.assert(
    fc.property(fc.nat(), fc.dictionary(fc.constantFrom(...paths), fc.jsonValue()), (index, attributes) => {
      const context = contextOf(index, attributes, 3);
      assert.deepEqual(evaluateAll(everything, context), evaluateAll(again, structuredClone(context)));
    }),
    seeded(100),
  );
});

test("answers are frozen, shared between contexts, and leave the plan as it was", () => {
  const plan = planOf({
    flags: [flag("f", { type: "json", variations: [{ key: "off", value: { list: [1] } }] })],
  });
  const built = program(plan);
  const answer = evaluate(built, "f", contextOf(1));
  assert.equal(answer, evaluate(built, "f", contextOf(2)));
  assert.ok(
    Object.isFrozen(answer) &&
      Object.isFrozen(answer.value) &&
      Object.isFrozen((answer.value as { list: unknown }).list),
  );
  assert.ok(
    !Object.isFrozen(plan.flags[Object.keys(plan.flags)[0] as keyof Plan["flags"]]?.variations[0]?.value),
  );
});

test("a comparison whose attribute is missing is false, negated or not", () => {
  for (const [index, condition] of comparisons.entries()) {
    if ("op" in condition && (condition.op === "exists" || isOfUnit(condition.op))) continue;
    assert.equal(
      evaluate(everything, `c${index}`, contextOf(7)).code === "rule_match",
      false,
      JSON.stringify(condition),
    );
  }
});

test("shares of an experiment are its weights times its allocation, and propensities say so", () => {
  const members = {
    allocation: 4_000,
    variants: [
      { key: "control", variation: "off", weight: 2_500 },
      { key: "treatment", variation: "on", weight: 7_500 },
    ],
  };
  const built = program(
    planOf({
      flags: [flag("f", { fallthrough: { experiment: "e" } })],
      experiments: [experiment("e", "f", members)],
    }),
  );
  const units = 20_000;
  const counts = new Map<string, { count: number; propensity: number }>();
  for (let index = 0; index < units; index++) {
    const { code, variant, propensity } = evaluate(built, "f", contextOf(index));
    const seen = counts.get(variant ?? code) ?? { count: 0, propensity: propensity ?? Number.NaN };
    counts.set(variant ?? code, { ...seen, count: seen.count + 1 });
  }
  assert.deepEqual([...counts.keys()].toSorted(), ["control", "outside_traffic_allocation", "treatment"]);
  for (const [name, { count, propensity }] of counts) {
    const deviation = Math.sqrt(units * propensity * (1 - propensity));
    assert.ok(
      Math.abs(count - units * propensity) < 4 * deviation,
      `${name}: ${count} of ${units} at ${propensity}`,
    );
  }
});

test("raising the allocation keeps every unit in its variant", () => {
  const at = (allocation: number) =>
    program(
      planOf({
        flags: [flag("f", { fallthrough: { experiment: "e" } })],
        experiments: [experiment("e", "f", { allocation })],
      }),
    );
  const [narrow, wide] = [at(2_000), at(8_000)];
  let kept = 0;
  for (let index = 0; index < 3_000; index++) {
    const before = evaluate(narrow, "f", contextOf(index)).variant;
    if (before === undefined) continue;
    assert.equal(evaluate(wide, "f", contextOf(index)).variant, before);
    kept++;
  }
  assert.ok(kept > 400);
});

test("a plan that compile() would refuse is evaluated to the safe side", () => {
  const needs = (key: string, other: string) =>
    flag(key, { prerequisites: [{ flag: other, variations: ["on"] }] });
  const ring = segment("ring", { rules: [{ op: "in_segment", value: "ring" }] });
  const base = planOf({});
  const plan: Plan = {
    ...base,
    flags: Object.fromEntries(
      [
        needs("a", "b"),
        needs("b", "a"),
        needs("c", "gone"),
        flag("d", {
          rules: [
            { id: "r", when: { not: { op: "in_segment", value: "ring" } }, serve: { variation: "on" } },
          ],
        }),
        flag("e", { fallthrough: { experiment: "gone" } }),
        flag("f", { fallthrough: { variation: "gone" } }),
      ].map((each) => [each.key, each]),
    ),
    segments: { [ring.key]: ring },
  };
  const answers = evaluateAll(program(plan), contextOf(1)).map(({ flagKey, variation, code }) => [
    flagKey,
    variation,
    code,
  ]);
  assert.deepEqual(answers, [
    ["a", "off", "prerequisite_failed"],
    ["b", "off", "prerequisite_failed"],
    ["c", "off", "prerequisite_failed"],
    ["d", "off", "fallthrough"],
    ["e", "off", "fallthrough"],
    ["f", undefined, "fallthrough"],
  ]);
});
