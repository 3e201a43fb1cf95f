import type { UnitId } from "./ids.ts";
import type { LogRecord } from "./log-record.ts";

/** 64 bits as two unsigned 32-bit words: JS numbers cannot hold them in one. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

export const isHash64 = (value: unknown): value is Hash64 =>
  typeof value === "object" && value !== null && "high" in value && "low" in value;

/**
 * Non-cryptographic 64-bit hash of a text: two 32-bit multiply-xor lanes that are mixed into each other at the end
 * (the public-domain cyrb53 construction with both lanes kept). Used for duplicate detection: among 4 million ids the
 * chance of any collision is below 1e-6.
 */
export function hash64(text: string): Hash64 {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return { high: b >>> 0, low: a >>> 0 };
}

/** Identity of an event for counting once: its id within its type, the same in folds and in ClickHouse. */
export const eventHash = (type: LogRecord["type"], id: string): Hash64 => hash64(`${type}:${id}`);

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const valueOf = new Uint8Array(128);
for (let index = 0; index < 64; index++) valueOf[alphabet.charCodeAt(index)] = index;

/** The first 8 bytes of a unit id as words: `unit UInt64` in ClickHouse, the key of the folds' tables. */
export function unitHash(unitId: UnitId): Hash64 {
  const six = (index: number): number => valueOf[unitId.charCodeAt(index)] ?? 0;
  // 11 characters carry 66 bits: 32 = 5 characters (30 bits) + 2 bits of the sixth, and so on.
  const high =
    ((six(0) << 26) | (six(1) << 20) | (six(2) << 14) | (six(3) << 8) | (six(4) << 2) | (six(5) >>> 4)) >>> 0;
  const low =
    ((six(5) << 28) | (six(6) << 22) | (six(7) << 16) | (six(8) << 10) | (six(9) << 4) | (six(10) >>> 2)) >>>
    0;
  return { high, low };
}

/** Decimal text of the 64-bit number, as ClickHouse's JSON formats take a UInt64. */
export const uint64Text = ({ high, low }: Hash64): string => ((BigInt(high) << 32n) | BigInt(low)).toString();

/** The two words of a 64-bit number. */
export const hash64Of = (number: bigint): Hash64 => ({
  high: Number(number >> 32n),
  low: Number(number & 0xffff_ffffn),
});

/** A unit id with this hash: enough for whoever knows units by their hash only, as folds and ClickHouse do. */
export function unitIdOf(hash: bigint): UnitId {
  // 22 characters carry 132 bits, of which the hash is the first 64.
  let bits = hash << 68n;
  let id = "";
  for (let index = 0; index < 22; index++) {
    id = `${alphabet[Number(bits & 63n)] ?? ""}${id}`;
    bits >>= 6n;
  }
  return id as UnitId;
}
