import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { decisionCodes } from "../../protocols/decision.ts";
import { Trace } from "../../protocols/trace.ts";
import { evaluate } from "../evaluate.ts";
import { program } from "../program.ts";
import { seeded } from "../testing.ts";
import * as arbitrary from "../testing/arbitrary.ts";
import { explain } from "./explain.ts";
import { traceText } from "./text.ts";

const flagKeys = ["a", "b", "c", "constructor", "unknown"];

test("explaining gives the answer of evaluating, for any plan and context, and a trace of its schema", () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(
      arbitrary.plan,
      fc.array(arbitrary.context, { minLength: 3, maxLength: 3 }),
      (plan, contexts) => {
        const built = program(plan);
        for (const context of contexts)
          for (const key of flagKeys) {
            const evaluation = evaluate(built, key, context);
            const explanation = explain(plan, key, context);
            assert.deepEqual(explanation.evaluation, evaluation);
            codes.add(evaluation.code);
            assert.deepEqual(Trace.parse(explanation.trace), explanation.trace);
            assert.ok(traceText(explanation.trace).length > 0);
          }
      },
    ),
    seeded(250),
  );
  assert.deepEqual([...codes].toSorted(), [...decisionCodes].toSorted(), "every code came up");
});
