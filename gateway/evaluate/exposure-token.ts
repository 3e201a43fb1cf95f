import { z } from "zod";
import { ExperimentKey, EnvironmentKey, Key, UnitId } from "../../protocols/ids.ts";
import { sealedClaims } from "../sealed-claims.ts";

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

const sealed = sealedClaims("exposure", Claims);

export const sealExposure = (claims: ExposureClaims, secret: string): string =>
  `${prefix}${sealed.seal(claims, secret)}`;

/** Undefined for a token we did not make, or one that has expired. */
export const openExposure = (token: string, secret: string, now: number): ExposureClaims | undefined =>
  token.startsWith(prefix) ? sealed.open(token.slice(prefix.length), secret, now) : undefined;
