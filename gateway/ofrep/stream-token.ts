import { z } from "zod";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { Room } from "../call.ts";
import type { Principal } from "../directory.ts";
import { sealedClaims } from "../sealed-claims.ts";

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

export const streamWindow = (now: number): number => Math.floor(now / windowMs);

export const { seal: sealStream, open: openStreamToken } = sealedClaims("ofrep-stream", Claims);

/** `eventStreams` of a bulk answer. Without an origin: it is where the client's other requests go. */
export function streamsOf(room: Room, { prefix }: Principal, environment: EnvironmentKey): readonly object[] {
  const expiresAt = (streamWindow(room.clock.now()) + 2) * windowMs;
  const token = sealStream({ environment, prefix, expiresAt }, room.secrets.stream);
  const endpoint = { requestUri: `/ofrep/v1/stream?token=${token}` };
  return [{ type: "sse", endpoint, inactivityDelaySec }];
}
