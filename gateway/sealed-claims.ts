import { createHmac, timingSafeEqual } from "node:crypto";
import type { z } from "zod";

/** Claims that travel with a stranger: `<payload>.<signature>`, which nobody can make up or change without the secret. */
export interface SealedClaims<Claims> {
  readonly seal: (claims: Claims, secret: string) => string;
  /** Undefined for what we did not make, or what has expired. */
  readonly open: (text: string, secret: string, now: number) => Claims | undefined;
}

/** `purpose` is signed along, so that a seal made for one thing opens no other. */
export function sealedClaims<Claims extends { readonly expiresAt: number }>(
  purpose: string,
  schema: z.ZodType<Claims>,
): SealedClaims<Claims> {
  const signatureOf = (secret: string, payload: string): string =>
    createHmac("sha256", secret).update(`${purpose}:${payload}`).digest("base64url");
  return {
    seal: (claims, secret) => {
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      return `${payload}.${signatureOf(secret, payload)}`;
    },
    open: (text, secret, now) => {
      const [payload, signature, ...rest] = text.split(".");
      if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
      const expected = Buffer.from(signatureOf(secret, payload));
      const given = Buffer.from(signature);
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
      const claims = schema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
      return claims.success && claims.data.expiresAt > now ? claims.data : undefined;
    },
  };
}
