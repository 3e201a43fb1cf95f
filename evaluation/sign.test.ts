import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { canonicalJson } from "../protocols/json.ts";
import { SignedPlan } from "../protocols/plan.ts";
import { createKeys, KeysError, parseKeys } from "./keys.ts";
import { etagOf, signPlan, verifyEd25519, verifyPlan } from "./sign.ts";
import { flag, planOf } from "./testing.ts";

const file = createKeys();
const keys = parseKeys(JSON.stringify(file));
const others = parseKeys(JSON.stringify(createKeys()));
const plan = planOf({ flags: [flag("f")] });
const signed = signPlan(plan, keys);

test("a signed plan satisfies the schema, verifies with either key, and survives JSON", () => {
  const received = SignedPlan.parse(JSON.parse(JSON.stringify(signed)));
  assert.ok(verifyPlan(received, { hmacSecret: keys.hmacSecret }));
  assert.ok(verifyPlan(received, { ed25519PublicKey: keys.ed25519PublicKey }));
  assert.ok(verifyPlan(received, { ed25519PublicKey: file.ed25519PublicKey }));
});

test("the etag is the SHA-256 of the canonical JSON", () => {
  assert.equal(signed.etag, createHash("sha256").update(canonicalJson(plan)).digest("hex"));
  assert.equal(etagOf(plan), signed.etag);
});

test("another key, another plan or a mangled signature verifies nothing", () => {
  const changed = { ...signed, plan: planOf({ flags: [flag("f", { killed: true })] }) };
  const resigned = { ...changed, etag: etagOf(changed.plan) };
  for (const forged of [
    changed,
    resigned,
    { ...signed, hmac: "", ed25519: "" },
    { ...signed, hmac: "zz", ed25519: "=" },
  ]) {
    assert.equal(verifyPlan(forged, { hmacSecret: keys.hmacSecret }), false);
    assert.equal(verifyPlan(forged, { ed25519PublicKey: keys.ed25519PublicKey }), false);
  }
  assert.equal(verifyPlan(signed, { hmacSecret: others.hmacSecret }), false);
  assert.equal(verifyPlan(signed, { ed25519PublicKey: others.ed25519PublicKey }), false);
  assert.equal(verifyEd25519(signed, "not a key"), false);
});

test("a keys file with something wrong is refused by name and without its secrets", () => {
  const wrong: readonly [unknown, RegExp][] = [
    ["{", /not JSON/],
    [{ ...file, hmacSecret: "c2hvcnQ" }, /hmacSecret must be 32 bytes/],
    [{ ...file, ed25519PrivateKey: "-----BEGIN NOTHING-----" }, /ed25519PrivateKey is not a key/],
    [{ ...file, ed25519PublicKey: createKeys().ed25519PublicKey }, /does not belong/],
    [{ hmacSecret: file.hmacSecret }, /ed25519PrivateKey.*ed25519PublicKey.*exposureSecret/],
  ];
  for (const [given, message] of wrong) {
    const text = typeof given === "string" ? given : JSON.stringify(given);
    assert.throws(
      () => parseKeys(text),
      (error) =>
        error instanceof KeysError && message.test(error.message) && !error.message.includes(file.hmacSecret),
    );
  }
});
