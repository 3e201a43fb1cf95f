import { createHash, createHmac, sign, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { canonicalJson } from "../protocols/json.ts";
import type { Plan, SignedPlan } from "../protocols/plan.ts";

// Proof of a plan's origin, apart from evaluating because it needs node:crypto. Both signatures cover the etag's text,
// and the etag covers the plan: so checking a signature without comparing the etag proves nothing about the plan.

export interface SigningKeys {
  readonly hmacSecret: Uint8Array;
  readonly ed25519PrivateKey: KeyObject;
}

/** What a reader has: the installation's secret, or the public key. */
export type VerifyingKey =
  | { readonly hmacSecret: Uint8Array }
  | { readonly ed25519PublicKey: KeyObject | string };

/** SHA-256 of the plan's canonical JSON, hex. */
export const etagOf = (plan: Plan): string => createHash("sha256").update(canonicalJson(plan)).digest("hex");

/** `etag` is for who has it already: of a large plan it takes a second. */
export function signPlan(plan: Plan, keys: SigningKeys, etag = etagOf(plan)): SignedPlan {
  return {
    plan,
    etag,
    hmac: hmacOf(etag, keys.hmacSecret).toString("hex"),
    ed25519: sign(null, Buffer.from(etag), keys.ed25519PrivateKey).toString("base64url"),
  };
}

/** True when the plan is the etag's, and the etag was signed with this key. */
export function verifyPlan(signed: SignedPlan, key: VerifyingKey): boolean {
  if (etagOf(signed.plan) !== signed.etag) return false;
  return "hmacSecret" in key
    ? verifyHmac(signed, key.hmacSecret)
    : verifyEd25519(signed, key.ed25519PublicKey);
}

/** The signature alone, for a reader that compares the etag itself. The key may be PEM text; one that is no key verifies nothing. */
export function verifyEd25519({ etag, ed25519 }: SignedPlan, publicKey: KeyObject | string): boolean {
  try {
    return verify(null, Buffer.from(etag), publicKey, Buffer.from(ed25519, "base64url"));
  } catch {
    return false;
  }
}

function verifyHmac({ etag, hmac }: SignedPlan, secret: Uint8Array): boolean {
  const given = Buffer.from(hmac, "hex");
  const wanted = hmacOf(etag, secret);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const hmacOf = (etag: string, secret: Uint8Array): Buffer =>
  createHmac("sha256", secret).update(etag).digest();
