import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { allocationSalt, bucketCount, bucketOf, variantSalt } from "../../evaluation/bucket.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import { program } from "../../evaluation/program.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { EnvironmentState } from "./state.ts";
import {
  ask,
  day,
  drafted,
  experiment,
  failureOf,
  left,
  move,
  planOf,
  serving,
  start,
  valueOf,
} from "./testing/environment.ts";

// What a change of a running experiment does to units, from the edit through the plan to the decisions. A census has one
// unit in each of the 10 000 buckets of a salt, so shares are counted, not estimated.

const seed = 20_262;
const publish = { type: "publish", experiment: "checkout" };

function census(salt: string): readonly UnitId[] {
  const units: UnitId[] = [];
  for (let index = 0, found = 0; found < bucketCount; index++) {
    const unit = createHash("sha256").update(`${index}`).digest("base64url").slice(0, 22) as UnitId;
    const bucket = bucketOf(salt, unit);
    if (units[bucket] !== undefined) continue;
    units[bucket] = unit;
    found++;
  }
  return units;
}

/** The variant of each unit; undefined for those that do not take part. */
function variantsOf(plan: Plan, units: readonly UnitId[]): (string | undefined)[] {
  const prepared = program(plan);
  return units.map(
    (unitId) => evaluate(prepared, "checkout", { unitId, attributes: {}, now: start }).variant,
  );
}
const differing = (a: readonly unknown[], b: readonly unknown[]): number =>
  a.filter((one, index) => one !== b[index]).length;

const variants = (weights: readonly number[]) =>
  weights.map((weight, index) => ({ key: `v${index}`, variation: index === 0 ? "off" : "on", weight }));
const startedWith = (members: object): EnvironmentState =>
  left([...drafted, experiment({ control: "v0", ...members }), move("start")]);
const saltOf = (state: EnvironmentState): string => state.identity?.salt ?? "";
const edited = (state: EnvironmentState, members: object) =>
  ask(state, [experiment({ control: "v0", ...members }), publish]);
const weights = (count: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.integer({ min: 0, max: bucketCount }), { minLength: count - 1, maxLength: count - 1 })
    .map((cuts) => [...cuts.toSorted((a, b) => a - b), bucketCount])
    .map((points) => points.map((point, index) => point - (points[index - 1] ?? 0)));
const weightHistory = fc
  .integer({ min: 2, max: 5 })
  .chain((count) => fc.array(weights(count), { minLength: 2, maxLength: 5 }));

describe("a running experiment", () => {
  test("whose weights change moves exactly the sum of the increases, the least there can be", () => {
    let units: readonly UnitId[] | undefined;
    fc.assert(
      fc.property(weightHistory, ([first = [], ...changes]) => {
        let state = startedWith({ variants: variants(first) });
        units ??= census(variantSalt(saltOf(state), { key: "checkout" }));
        let [present, before] = [first, variantsOf(planOf(ask(state, [{ type: "announce" }])), units)];
        for (const next of changes) {
          const outcome = edited(state, { variants: variants(next) });
          const after = variantsOf(planOf(outcome), units);
          const increases = next.reduce(
            (sum, weight, at) => sum + Math.max(0, weight - (present[at] ?? 0)),
            0,
          );
          assert.equal(differing(before, after), increases);
          for (const [at, weight] of next.entries())
            assert.equal(after.filter((variant) => variant === `v${at}`).length, weight);
          [state, present, before] = [outcome.state, next, after];
        }
      }),
      { numRuns: 15, seed },
    );
  });

  test("whose allocation is raised moves nobody, and takes in just the raise", () => {
    const share = fc.integer({ min: 0, max: bucketCount });
    let units: readonly UnitId[] | undefined;
    fc.assert(
      fc.property(share, share, weights(3), (a, b, split) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const state = startedWith({ variants: variants(split), allocation: low });
        units ??= census(allocationSalt(saltOf(state), { key: "checkout" }));
        const before = variantsOf(planOf(ask(state, [{ type: "announce" }])), units);
        const raised = edited(state, { variants: variants(split), allocation: high });
        const after = variantsOf(planOf(raised), units);
        for (const [index, variant] of before.entries())
          if (variant !== undefined) assert.equal(after[index], variant);
        assert.equal(after.filter((variant) => variant !== undefined).length, high);
      }),
      { numRuns: 15, seed },
    );
  });

  test("in a new phase deals its units anew: each keeps its variant by chance only", () => {
    const state = startedWith({ variants: variants([5_000, 5_000]) });
    const units = census(variantSalt(saltOf(state), { key: "checkout" }));
    const before = variantsOf(planOf(ask(state, [{ type: "announce" }])), units);
    const after = variantsOf(planOf(ask(state, [{ type: "new_phase", experiment: "checkout" }])), units);
    const moved = differing(before, after);
    assert.ok(Math.abs(moved - 5_000) < 250, `${moved} of 10 000 moved`); // five standard deviations
  });
});

test("slots that an experiment gives up rest for their days: no other gets one of them before", () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 1, max: 10_000 }))
    .map(([a, b]) => ({ from: Math.min(a, b - 1), to: Math.max(a + 1, b) }));
  const days = fc.integer({ min: 1, max: 30 });
  const other = (slots: unknown) => [
    experiment({ key: "second", flag: "second", layer: { key: "page", slots: [slots] } }),
    serving("second"),
  ];
  fc.assert(
    fc.property(range, range, days, (slots, wanted, quarantineDays) => {
      const ended = left([
        ...drafted,
        { type: "put_layer", layer: { key: "page", quarantineDays } },
        experiment({ layer: { key: "page", slots: [slots] } }),
        move("start"),
        ...other(wanted),
        move("stop"),
      ]);
      const until = start + quarantineDays * day;
      const begin = (at: number) => ask(ended, [move("start", "second")], { at });
      const overlap = wanted.from < slots.to && slots.from < wanted.to;
      if (overlap) assert.equal(failureOf(begin(until - 1)).code, "invalid_plan");
      else valueOf(begin(until - 1));
      valueOf(begin(until));
      const rested = planOf(begin(until)).layers ?? {};
      assert.deepEqual(Object.values(rested)[0]?.quarantine, []);
    }),
    { numRuns: 100, seed },
  );
});
