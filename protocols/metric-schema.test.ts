import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { metricJsonSchema } from "./metric-schema.ts";
import { memberWords } from "./metric-words.ts";

const schema = metricJsonSchema();

/** Every named member of the schema, by its path. */
function members(node: unknown, path = ""): (readonly [path: string, member: Record<string, unknown>])[] {
  if (typeof node !== "object" || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((item) => members(item, path));
  return Object.entries(node).flatMap(([name, value]) => {
    if (name !== "properties") return members(value, path);
    return Object.entries(value as Record<string, Record<string, unknown>>).flatMap(([key, member]) => [
      [`${path}.${key}`, member] as const,
      ...members(member, `${path}.${key}`),
    ]);
  });
}

test("every member is explained", () => {
  const silent = members(schema).filter(([, member]) => typeof member["description"] !== "string");
  assert.deepEqual(
    silent.map(([path]) => path),
    [],
  );
  assert.ok(members(schema).length > 40);
});

test("an explanation is a sentence with an end", () => {
  const endless = Object.values(memberWords).filter((words) => !/^[^a-z].{10,}\.$|^\w+: .+\.$/s.test(words));
  assert.deepEqual(
    endless.filter((words) => words !== memberWords["type"]),
    [],
  );
});

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
const binary = { type: "binary", event: "buy" };

const accepted: Record<string, unknown> = {
  "one metric": { metric: { key: "bought", definition: binary } },
  "many metrics": {
    metrics: [{ key: "bought", definition: binary, window: { type: "conversion", hours: 72 } }],
  },
  "tests alone": {
    tests: [
      {
        name: "a",
        events: [{ unit: "ada", at: "1d 2h", exposure: "control" }],
        expect: { units: { ada: 1 } },
      },
    ],
  },
};
for (const [what, document] of Object.entries(accepted))
  test(`the schema accepts ${what}`, () => {
    assert.ok(validate(document), JSON.stringify(validate.errors));
  });

const refused: Record<string, unknown> = {
  "an unknown member": { metric: { key: "bought", definition: binary, widnow: {} } },
  "an unknown type": { metric: { key: "bought", definition: { type: "bin", event: "buy" } } },
  "a key with capitals": { metric: { key: "Bought", definition: binary } },
  "a span without a unit": {
    tests: [{ name: "a", events: [{ unit: "a", at: "2", exposure: "b" }], expect: {} }],
  },
};
for (const [what, document] of Object.entries(refused))
  test(`the schema refuses ${what}`, () => assert.ok(!validate(document)));
