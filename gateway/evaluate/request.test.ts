import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { EvaluateRequest } from "../../protocols/decision.ts";
import { parseEvaluateRequest } from "./request.ts";

const text = fc.constantFrom(
  "",
  "a",
  "test",
  "UPPER",
  "x".repeat(101),
  "y".repeat(1_025),
  "A".repeat(22),
  "A".repeat(21),
  "é",
  "a/b",
);
const any = fc.oneof(text, fc.jsonValue());
const context = fc.oneof(
  fc.record(
    {
      targetingKey: fc.oneof(text, any),
      unitId: fc.oneof(text, any),
      sessionKey: fc.oneof(text, any),
      plan: any,
    },
    { requiredKeys: [] },
  ),
  any,
);
const request = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        envKey: fc.oneof(text, any),
        flagKey: fc.oneof(text, any),
        context,
        explain: fc.oneof(fc.boolean(), any),
      },
      { requiredKeys: [] },
    ),
  },
  fc.record(
    {
      envKey: fc.constant("test"),
      flagKey: fc.constant("a"),
      context: fc.constant({}),
      constructor: any,
      toString: any,
    },
    { requiredKeys: ["envKey", "flagKey", "context"] },
  ),
  any,
);

test("the hand check of /evaluate accepts what the schema accepts", () => {
  fc.assert(
    fc.property(request, (made) => {
      const body: unknown = JSON.parse(JSON.stringify(made) ?? "null"); // bodies come from JSON
      const byHand = parseEvaluateRequest(body);
      const bySchema = EvaluateRequest.safeParse(body);
      assert.equal(byHand.ok, bySchema.success, JSON.stringify(body));
      if (byHand.ok && bySchema.success) assert.deepEqual(byHand.value, bySchema.data);
    }),
    { numRuns: 3_000 },
  );
});
