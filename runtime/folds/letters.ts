import { originalBytes, reasonOf } from "../dead-letters.ts";
import type { DeadLetter } from "../dead-letters.ts";
import type { Address } from "../messaging/address.ts";
import type { StreamMessage } from "../ports/connection.ts";
import type { Lost } from "./reading.ts";

/** A message that its fold could not take, with the reason. */
export function messageLetter(
  { kind, key }: Address,
  stream: string,
  { sequence, subject, data }: StreamMessage,
  error: unknown,
): DeadLetter {
  const place = { stream, subject, sequence };
  return {
    what: "message",
    kind,
    key,
    id: `${key}-${sequence}`,
    place,
    ...reasonOf(error),
    original: originalBytes(data),
  };
}

/** What a stream lost of a fold's subject, or may have lost. */
export function gapLetter(
  { kind, key }: Address,
  place: { readonly stream: string; readonly subject: string },
  { kind: reason, from, to }: Lost,
): DeadLetter {
  return {
    what: "gap",
    kind,
    key,
    reason,
    id: `${key}-${reason}-${from}-${to}`,
    place: { ...place, from, to },
  };
}
