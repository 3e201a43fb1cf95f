import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import type { z } from "zod";
import { ExposureInput, OutcomeInput } from "../../protocols/event.ts";
import { parseExposure, parseOutcome, type Parsed } from "./input.ts";

// Values around every rule of the schema, right and wrong, and any JSON for the rest.
const text = fc.constantFrom(
  "",
  "a",
  "exp",
  "UPPER",
  "with blank",
  "x".repeat(101),
  "y".repeat(1_025),
  "a.b-c_1",
  "é",
  "A".repeat(22),
  "user",
  "1x",
);
const instant = fc.oneof(
  fc.constantFrom(
    "2026-02-28T10:00:00Z",
    "2026-02-30T10:00:00Z",
    "2024-02-29T23:59:59.123Z",
    "2025-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:60Z",
    "2026-01-01T10:00Z",
    "2026-01-01T10:00:00+02:00",
    "2026-01-01",
    "now",
    "0000-01-01T00:00:00Z",
  ),
  fc.constantFrom(0, -1, 1.5, 8.64e15, 8.64e15 + 2, Number.MAX_SAFE_INTEGER, Infinity),
);
const json = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    JSON.parse('{"a":1e999}'),
    JSON.parse('{"__proto__":1}'),
    JSON.parse('{"a":{"__proto__":{}}}'),
    { ["k".repeat(101)]: 1 },
    {},
    { a: [1, null, "x"] },
    { big: "x".repeat(1_000) },
    { big: "x".repeat(8_182) },
    { big: "x".repeat(8_183) },
    { big: "\n".repeat(4_092) },
  ),
);
const kind = fc.constantFrom("exposure", "metric", "other");
const any = fc.oneof(text, instant, json, fc.double());

/** As JSON.parse makes objects, which fast-check does not always. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function events(
  names: readonly string[],
  generators: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    names.map((name) => [
      name,
      fc.oneof({ weight: 4, arbitrary: generators[name] ?? text }, { weight: 1, arbitrary: any }),
    ]),
  );
  const known = fc.record(members, { requiredKeys: [] });
  const odd = fc.constantFrom("extra", "constructor", "toString", "__proto__");
  // A member of its own, also when it is named __proto__, as JSON.parse makes them.
  const withOdd = fc
    .tuple(known, odd, any)
    .map(([event, name, value]) => Object.fromEntries([...Object.entries(event), [name, value]]));
  return fc.oneof({ weight: 8, arbitrary: known }, withOdd, json).map(plain);
}

const common = ["id", "ts", "userId", "unit", "unitId", "unitType", "sessionId", "metadata", "bot", "type"];
const generators = {
  ts: instant,
  metadata: json,
  properties: json,
  type: kind,
  bot: fc.boolean(),
  value: fc.oneof(fc.double(), fc.integer()),
};

function agrees<Input>(
  parse: (event: unknown) => Parsed<Input>,
  schema: z.ZodType<Input>,
  event: unknown,
): void {
  const byHand = parse(event);
  const bySchema = schema.safeParse(event);
  assert.equal(byHand.ok, bySchema.success, JSON.stringify(event));
  if (byHand.ok && bySchema.success) assert.deepEqual(byHand.input, bySchema.data);
}

test("exposures checked by hand are those the schema accepts, with the same values", () => {
  const names = [...common, "exposureToken", "experimentKey", "experiment", "flagKey", "variant"];
  fc.assert(
    fc.property(events(names, generators), (event) => agrees(parseExposure, ExposureInput, event)),
    { numRuns: 2_000 },
  );
});

test("outcomes checked by hand are those the schema accepts, with the same values", () => {
  const names = [...common, "eventName", "name", "value", "currency", "properties"];
  fc.assert(
    fc.property(events(names, generators), (event) => agrees(parseOutcome, OutcomeInput, event)),
    { numRuns: 2_000 },
  );
});

test("an event nested deeper than the stack is refused, not fatal", () => {
  const event: unknown = JSON.parse(
    `{"name":"a","userId":"u","metadata":{"a":${"[".repeat(300_000)}${"]".repeat(300_000)}}}`,
  );
  assert.deepEqual(parseOutcome(event), {
    ok: false,
    message: "is nested too deeply",
    kept: "is nested too deeply",
  });
});
