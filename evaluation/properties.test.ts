import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../protocols/testing/properties.ts";
import { canonicalJson } from "../protocols/json.ts";
import { Plan } from "../protocols/plan.ts";
import { evaluate, evaluateAll } from "./evaluate.ts";
import { program } from "./program.ts";
import { content, contextOf, experiment, flag, planOf, seeded, unit } from "./testing.ts";
import * as arbitrary from "./testing/arbitrary.ts";

// What holds for every plan and context. Uniformity and independence of buckets are in bucket.test.ts, that explaining
// agrees with evaluating in explain/explain.test.ts.

test("the same plan and context give the same answer, however the plan came here", () => {
  fc.assert(
    fc.property(arbitrary.plan, fc.array(arbitrary.context, { maxLength: 5 }), (plan, contexts) => {
      const here = program(plan);
      const there = program(JSON.parse(canonicalJson(plan)) as Plan);
      for (const context of contexts)
        for (const key of here.flags.keys())
          assert.deepEqual(evaluate(there, key, structuredClone(context)), evaluate(here, key, context));
    }),
    seeded(150),
  );
});

test("asking for all flags gives what asking for each gives, and in any order", () => {
  fc.assert(
    fc.property(arbitrary.plan, arbitrary.context, arbitrary.context, (plan, context, other) => {
      const built = program(plan);
      const each = [...built.flags.keys()].map((key) => evaluate(built, key, context));
      evaluateAll(built, other);
      assert.deepEqual(evaluateAll(built, context), each);
      assert.deepEqual(
        [...built.flags.keys()].toReversed().map((key) => evaluate(built, key, context)),
        each.toReversed(),
      );
    }),
    seeded(150),
  );
});

test("a compiled plan satisfies its schema and survives canonical JSON unchanged", () => {
  const plan = planOf({
    flags: [
      flag("f", { fallthrough: { experiment: "e" } }),
      flag("g", {
        fallthrough: {
          rollout: {
            variation: "on",
            ramp: "linear",
            steps: [
              { at: 1, share: 5 },
              { at: 9, share: 10_000 },
            ],
          },
        },
        rules: [{ id: "r", serve: { shadow: { variation: "on", candidate: "off" } } }],
      }),
    ],
    experiments: [experiment("e", "f", { layer: { key: "l", slots: [{ from: 0, to: 10 }] }, tags: ["t"] })],
    layers: [{ key: "l", quarantineDays: 7, quarantine: [] } as never],
    holdouts: [{ key: "h", share: 100, tags: ["t"] } as never],
    overrides: [{ key: "o", unit: unit(1), target: { flag: "f", variation: "on" } } as never],
  });
  const text = canonicalJson(plan);
  const parsed = Plan.parse(JSON.parse(text));
  assert.equal(canonicalJson(parsed), text);
});

test("no context makes evaluating throw, whatever its members are", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  const strange = fc.oneof(
    anything,
    fc.dictionary(fc.constantFrom("unitId", "attributes", "now", "key", "sessionId", "kept"), anything),
    fc.record({
      unitId: fc.string({ unit: "binary", maxLength: 30 }),
      attributes: anything,
      now: fc.double(),
      kept: anything,
    }),
  );
  fc.assert(
    fc.property(arbitrary.plan, fc.array(strange, { maxLength: 5 }), (plan, contexts) => {
      const built = program(plan);
      for (const context of contexts)
        for (const answer of evaluateAll(built, context as never)) assert.equal(typeof answer.code, "string");
    }),
    seeded(200),
  );
  const built = program(
    planOf({
      flags: [
        flag("f", {
          rules: [{ id: "r", when: { attribute: "x", op: "exists" }, serve: { variation: "on" } }],
        }),
      ],
    }),
  );
  const { proxy, revoke } = Proxy.revocable<object>({}, {});
  revoke();
  const throwing = Object.defineProperty({}, "unitId", { get: () => assert.fail("read"), enumerable: true });
  for (const context of [undefined, null, proxy, throwing, Object.create(null), 5, () => proxy])
    assert.equal(evaluate(built, "f", context as never).variation, "off");
});

test("a linear ramp never loses a unit while its shares grow", () => {
  const shares = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(shares, fc.constantFrom("step", "linear"), (unsorted, ramp) => {
      const steps = unsorted.sort((a, b) => a - b).map((share, index) => ({ at: index * 1_000, share }));
      const built = program(
        planOf({
          flags: [
            flag("f", { fallthrough: { rollout: { variation: "on", otherwise: "off", ramp, steps } } }),
          ],
        }),
      );
      for (let index = 0; index < 20; index++) {
        let inside = false;
        for (let now = -1; now < 5_500; now += 217) {
          const { variation, propensity } = evaluate(built, "f", contextOf(index, {}, now));
          assert.ok(!inside || variation === "on", `unit ${index} left at ${now}`);
          assert.ok(propensity !== undefined && propensity > 0 && propensity <= 1);
          inside = variation === "on";
        }
      }
    }),
    seeded(100),
  );
});

test("raising an allocation moves no unit to another variant", () => {
  const weights = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), weights, (one, other, weight) => {
      const at = (allocation: number) =>
        program(
          planOf({
            flags: [flag("f", { fallthrough: { experiment: "e" } })],
            experiments: [
              experiment("e", "f", {
                allocation,
                variants: [
                  { key: "control", variation: "off", weight },
                  { key: "treatment", variation: "on", weight: 10_000 - weight },
                ],
              }),
            ],
          }),
        );
      const [narrow, wide] = [at(Math.min(one, other)), at(Math.max(one, other))];
      for (let index = 0; index < 100; index++) {
        const before = evaluate(narrow, "f", contextOf(index)).variant;
        if (before !== undefined) assert.equal(evaluate(wide, "f", contextOf(index)).variant, before);
      }
    }),
    seeded(60),
  );
});

test("no unit is ever in two experiments of a layer, nor in one of a holdout's", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 9_999 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(cuts, fc.nat(10_000), (inner, share) => {
      const borders = [0, ...inner.sort((a, b) => a - b), 10_000];
      const keys = borders.slice(1).map((_, index) => `e${index}`);
      const built = program(
        planOf({
          flags: keys.map((key) => flag(key, { fallthrough: { experiment: key } })),
          experiments: keys.map((key, index) =>
            experiment(key, key, {
              layer: { key: "l", slots: [{ from: borders[index], to: borders[index + 1] }] },
            }),
          ),
          layers: [{ key: "l", quarantineDays: 7, quarantine: [] } as never],
          holdouts: [{ key: "h", share, tags: [] } as never],
        }),
      );
      for (let index = 0; index < 60; index++) {
        const answers = evaluateAll(built, contextOf(index));
        const assigned = answers.filter(({ code }) => code === "experiment_assigned").length;
        const held = answers.filter(({ code }) => code === "holdout").length;
        // The slots cover the layer, so whoever is not held out is in exactly one.
        assert.ok((assigned === 1 && held === 0) || (assigned === 0 && held === keys.length));
      }
    }),
    seeded(60),
  );
});

test("a participation limit is never exceeded", () => {
  const limits = fc.array(
    fc.record({
      limit: fc.integer({ min: 1, max: 4 }),
      priority: fc.integer({ min: -2, max: 2 }),
      allocation: fc.constantFrom(5_000, 10_000),
    }),
    { minLength: 2, maxLength: 8 },
  );
  fc.assert(
    fc.property(limits, (members) => {
      const experiments = members.map(({ limit, priority, allocation }, index) =>
        experiment(`e${index}`, `e${index}`, { participationLimit: limit, priority, allocation }),
      );
      const built = program(
        planOf({
          flags: experiments.map(({ key }) => flag(key, { fallthrough: { experiment: key } })),
          experiments,
        }),
      );
      const ranked = experiments.toSorted((a, b) => b.priority - a.priority || (a.key < b.key ? -1 : 1));
      for (let index = 0; index < 40; index++) {
        let taken = 0;
        for (const { key, participationLimit = 0 } of ranked) {
          const { code } = evaluate(built, key, contextOf(index));
          assert.equal(
            code === "participation_limit",
            taken >= participationLimit,
            `${key} with ${taken} taken`,
          );
          if (code === "experiment_assigned") taken++;
        }
      }
    }),
    seeded(80),
  );
});

test("content that compiles once compiles the same again", () => {
  const same = content({ flags: [flag("b"), flag("a")] });
  assert.equal(
    canonicalJson(planOf(same)),
    canonicalJson(planOf({ ...same, flags: same.flags.toReversed() })),
  );
});
