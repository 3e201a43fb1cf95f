import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { Plan } from "../protocols/plan.ts";
import { bucketOf } from "./bucket.ts";
import { evaluate, evaluateAll } from "./evaluate.ts";
import { PreloadedSalt } from "./preloaded-salt.ts";
import { program } from "./program.ts";
import { unitIdOf } from "./unit.ts";

interface Conformance {
  readonly buckets: readonly { readonly salt: string; readonly unitId: string; readonly bucket: number }[];
  readonly unitIds: readonly {
    readonly unitSalt: string;
    readonly unitType: string;
    readonly rawKey: string;
    readonly unitId: string;
  }[];
  readonly plans: Readonly<Record<string, Plan>>;
  readonly cases: readonly {
    readonly name: string;
    readonly plan: string;
    readonly flagKey: string;
    readonly context: EvaluationContext;
    readonly expect: Evaluation;
  }[];
}

const path = new URL("../protocols/conformance/evaluation.json", import.meta.url);
const conformance = JSON.parse(readFileSync(path, "utf8")) as Conformance;
const programs = new Map(Object.entries(conformance.plans).map(([name, plan]) => [name, program(plan)]));

describe("conformance", () => {
  for (const { salt, unitId, bucket } of conformance.buckets)
    test(`bucket of ${unitId} under a salt of ${salt.length}: ${salt.slice(0, 30)}`, () => {
      assert.equal(bucketOf(salt, unitId), bucket);
      assert.equal(new PreloadedSalt(salt).bucketOf(unitId), bucket);
    });

  for (const { unitSalt, unitType, rawKey, unitId } of conformance.unitIds)
    test(`unit id of ${unitType} ${rawKey.slice(0, 60)} under ${unitSalt}`, () => {
      assert.equal(unitIdOf(unitSalt, unitType, rawKey), unitId);
    });

  for (const { name, plan, flagKey, context, expect } of conformance.cases)
    test(name, () => {
      const built = programs.get(plan);
      assert.ok(built !== undefined);
      assert.deepEqual(evaluate(built, flagKey, context), expect);
      const among = evaluateAll(built, context).filter((evaluation) => evaluation.flagKey === flagKey);
      assert.deepEqual(among, expect.variation === undefined ? [] : [expect]);
    });
});
