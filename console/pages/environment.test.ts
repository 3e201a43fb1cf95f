import assert from "node:assert/strict";
import { test } from "node:test";
import { environments } from "../testing/fixtures.ts";
import { chooseEnvironment, kindOf, labelOf } from "./environment.ts";

const session = { name: "t", scopes: [] };
const chosen = (address: string | null, own: string | undefined, last: string | null) =>
  chooseEnvironment(environments, {
    address,
    session: own === undefined ? session : { ...session, environment: own },
    last,
  })?.key;

test("the address wins, then the token's own, then the last used, then the first", () => {
  assert.equal(chosen("dev", "staging", "production"), "dev");
  assert.equal(chosen(null, "staging", "production"), "staging");
  assert.equal(chosen("gone", undefined, "dev"), "dev");
  assert.equal(chosen(null, undefined, null), "production");
});

test("each environment has a colour and a word", () => {
  assert.deepEqual(environments.map(kindOf), ["production", "staging", "dev"]);
  const [first] = environments;
  assert.ok(first);
  assert.equal(labelOf({ ...first, name: "Acme" }), "Acme (production)");
});
