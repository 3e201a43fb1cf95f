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
  // By hand, since each message of each fold passes here: where its tokens end, then the digits between.
  let dots = 0;
  for (let at = 0; at < reply.length; at++)
    if (reply.charCodeAt(at) === dot && dots < ends.length) ends[dots++] = at;
  if (dots < ends.length) ends[dots] = reply.length;
  const first = dots === 8 ? 5 : 7;
  if (dots < first + 3) return undefined;
  const sequence = digits(reply, endOf(first - 1) + 1, endOf(first));
  const deliverySequence = digits(reply, endOf(first) + 1, endOf(first + 1));
  const time = digits(reply, endOf(first + 1) + 1, endOf(first + 2) - nanoDigits);
  const pending = digits(reply, endOf(first + 2) + 1, endOf(first + 3));
  if (sequence === undefined || deliverySequence === undefined || time === undefined || pending === undefined)
    return undefined;
  return { sequence, deliverySequence, time: time as EpochMs, pending };
}

const dot = 46;
const zero = 48;
/** Digits of a nanosecond count behind its milliseconds. */
const nanoDigits = 6;
/** Where the tokens end; used by one call at a time. */
const ends = new Int32Array(12);
const endOf = (token: number): number => ends[token] ?? 0;

function digits(text: string, from: number, to: number): number | undefined {
  if (from >= to || to - from > 15) return undefined; // 15 digits are exact
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
