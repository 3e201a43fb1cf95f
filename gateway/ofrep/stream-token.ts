import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { Room } from "../call.ts";
import type { Principal } from "../directory.ts";

// A browser's EventSource sends no headers, so the stream's address holds a token of its own: good for a quarter of an
// hour, for this stream only, and as long as the token behind it. Within one window all answers to a caller name the
// same address, because clients that are told another one connect anew.

/** A token is good for one to two windows. */
const windowMs = 600_000;

/** Clients close a stream after this much inactivity, and fetch everything when they are back. */
const inactivityDelaySec = 120;

const Claims = z.strictObject({
  environment: EnvironmentKey,
  /** Of the token that asked. */
  prefix: z.string(),
  expiresAt: z.number(),
});
export type StreamClaims = z.infer<typeof Claims>;

export const streamWindow = (now: number): number => Math.floor(now / windowMs);

const signatureOf = (secret: string, payload: string): string =>
  createHmac("sha256", secret).update(`ofrep-stream:${payload}`).digest("base64url");

export function sealStream(claims: StreamClaims, secret: string): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${payload}.${signatureOf(secret, payload)}`;
}

/** Undefined for a token that we did not make, or one that has expired. */
export function openStreamToken(text: string, secret: string, now: number): StreamClaims | undefined {
  const [payload, signature, ...rest] = text.split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(secret, payload));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return claims.success && claims.data.expiresAt > now ? claims.data : undefined;
}

/** `eventStreams` of a bulk answer. Without an origin: it is where the client's other requests go. */
export function streamsOf(room: Room, { prefix }: Principal, environment: EnvironmentKey): readonly object[] {
  const expiresAt = (streamWindow(room.clock.now()) + 2) * windowMs;
  const token = sealStream({ environment, prefix, expiresAt }, room.secrets.stream);
  const endpoint = { requestUri: `/ofrep/v1/stream?token=${token}` };
  return [{ type: "sse", endpoint, inactivityDelaySec }];
}
