import type { EpochMs } from "../../protocols/time.ts";

export interface Delivery {
  readonly sequence: number;
  readonly deliverySequence: number;
  readonly time: EpochMs;
  /** Messages of the consumer's filter behind this one, when it was sent. */
  readonly pending: number;
}

/**
 * The reply subject of a delivered message says where it stands:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, with domain and account in
 * front of the stream on newer servers. Undefined for anything that is not a delivery.
 */
export function parseDelivery(reply: string | undefined): Delivery | undefined {
  if (reply === undefined || !reply.startsWith("$JS.ACK.")) return undefined;
  const tokens = reply.split(".");
  const first = tokens.length === 9 ? 5 : 7;
  const sequence = Number(tokens[first]);
  const deliverySequence = Number(tokens[first + 1]);
  const nanos = Number(tokens[first + 2]); // beyond 2^53, but exact to a microsecond
  const pending = Number(tokens[first + 3]);
  if (
    !Number.isSafeInteger(sequence) ||
    !Number.isSafeInteger(deliverySequence) ||
    !Number.isFinite(nanos + pending)
  )
    return undefined;
  return { sequence, deliverySequence, time: Math.floor(nanos / 1_000_000) as EpochMs, pending };
}
