import assert from "node:assert/strict";
import { test } from "node:test";
import { servedHere, tokens } from "../testing/gateway.ts";

// Whatever a context holds, the answer is a decision or a refusal that says what is wrong.

const { gateway } = await servedHere();

const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const contexts: readonly (readonly [name: string, json: string, status: number])[] = [
  ["nothing", "null", 400],
  ["a list", "[]", 400],
  ["a text", '"ada"', 400],
  ["a number", "1e999", 400],
  ["no unit", "{}", 400],
  ["an empty targeting key", '{"targetingKey":""}', 400],
  ["a targeting key of two kilobytes", `{"targetingKey":"${"k".repeat(2_048)}"}`, 400],
  ["a targeting key that is an object", '{"targetingKey":{"a":1}}', 400],
  ["a unit id that is none", '{"unitId":"short"}', 400],
  ["a session key that is a number", '{"targetingKey":"ada","sessionKey":7}', 400],
  ["a lone surrogate as the key", '{"targetingKey":"\\ud800"}', 200],
  ["a lone surrogate as an attribute", '{"targetingKey":"ada","beta":"\\udfff"}', 200],
  [
    "__proto__ and constructor",
    '{"targetingKey":"ada","__proto__":{"beta":true},"constructor":{"x":1},"toString":1}',
    200,
  ],
  ["__proto__ that is no object", '{"targetingKey":"ada","__proto__":7}', 200],
  ["numbers as texts", '{"targetingKey":"ada","beta":"true","age":"12"}', 200],
  ["endless numbers", '{"targetingKey":"ada","beta":1e400,"small":-1e400,"zero":-0}', 200],
  ["a list where a truth value is wanted", '{"targetingKey":"ada","beta":[true]}', 200],
  ["100 000 lists in one another", `{"targetingKey":"ada","beta":${deep(100_000)}}`, 200],
  [
    "50 000 attributes",
    `{"targetingKey":"ada",${Array.from({ length: 50_000 }, (_, index) => `"a${index}":1`).join(",")}}`,
    200,
  ],
  ["an attribute of half a megabyte", `{"targetingKey":"ada","beta":"${"x".repeat(500_000)}"}`, 200],
];

test("/evaluate decides or says what is wrong", async () => {
  for (const [name, context, status] of contexts) {
    for (const flag of ["beta", "tested"]) {
      const body = `{"envKey":"test","flagKey":"${flag}","context":${context}}`;
      const { status: got, json, text } = await gateway.post("/evaluate", body);
      assert.equal(got, status, `${name}: ${text.slice(0, 200)}`);
      if (got === 200) assert.equal(json["flagKey"], flag, name);
      else assert.ok(["invalid_request", "malformed_json"].includes(String(json["code"])), name);
    }
  }
});

test("a member named __proto__ is no attribute of its members' names", async () => {
  const body =
    '{"envKey":"test","flagKey":"beta","context":{"targetingKey":"ada","__proto__":{"beta":true}}}';
  assert.equal((await gateway.post("/evaluate", body)).json["variation"], "off");
});

test("OFREP, one flag and all of them, does the same in its own words", async () => {
  for (const [name, context, status] of contexts)
    for (const path of ["/ofrep/v1/evaluate/flags/beta", "/ofrep/v1/evaluate/flags"]) {
      const body = `{"context":${context}}`;
      const { status: got, json, text } = await gateway.post(path, body, { token: tokens.browser });
      assert.equal(got, status, `${name}: ${text.slice(0, 200)}`);
      if (got !== 200) assert.equal(typeof json["errorCode"], "string", name);
    }
});

test("the other ways to ask do the same", async () => {
  for (const context of [
    "null",
    "[]",
    "7",
    '{"a":1e999}',
    `{"a":${deep(5_000)}}`,
    '{"__proto__":{}}',
    '{"a":"\\ud800"}',
  ])
    for (const [path, rest] of [
      ["/v1/flags/evaluate", '"flagKey":"beta","userId":"ada"'],
      ["/v1/assignments", '"experimentKey":"exp","userId":"ada"'],
    ] as const) {
      const { status, text } = await gateway.post(`${path}?env=test`, `{${rest},"context":${context}}`);
      assert.ok(status === 200 || status === 400, `${path} ${context.slice(0, 40)}: ${text.slice(0, 200)}`);
    }
});

test("a body over the bound is refused as such", async () => {
  const body = `{"context":{"targetingKey":"${"x".repeat(1_100_000)}"}}`;
  assert.equal((await gateway.post("/ofrep/v1/evaluate/flags/beta", body)).status, 413);
});
