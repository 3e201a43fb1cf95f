import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { ExperimentKey, EnvironmentKey, Key, UnitId } from "../../protocols/ids.ts";

// Proof of an assignment, carried by the client: with it an exposure needs nothing else, and cannot be made up.

const prefix = "exp_tok_";
export const exposureTokenMsMax = 24 * 3_600_000;

const Claims = z.strictObject({
  /** The exposure's event id: sending the token twice counts once. */
  id: z.string(),
  environment: EnvironmentKey,
  experiment: ExperimentKey,
  variant: Key,
  unit: UnitId,
  phase: z.number().int(),
  /** Of the plan that assigned; tokens made before it was written into them lack it. */
  version: z.number().int().optional(),
  expiresAt: z.number(),
});
export type ExposureClaims = z.infer<typeof Claims>;

const signatureOf = (secret: string, payload: string): string =>
  createHmac("sha256", secret).update(`exposure:${payload}`).digest("base64url");

export function sealExposure(claims: ExposureClaims, secret: string): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${prefix}${payload}.${signatureOf(secret, payload)}`;
}

/** Undefined for a token we did not make, or one that has expired. */
export function openExposure(token: string, secret: string, now: number): ExposureClaims | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const [payload, signature, ...rest] = token.slice(prefix.length).split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(secret, payload));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return claims.success && claims.data.expiresAt > now ? claims.data : undefined;
}
