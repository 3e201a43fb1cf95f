import { bucketCount, bucketOf } from "./bucket.ts";
import { compress, initialState } from "./sha256-compress.ts";
import { absorb } from "./sha256.ts";

/** A unit id has 22 characters: five words and a half. */
const unitIdLength = 22;

const state = new Int32Array(8);

/**
 * bucketOf with the salt's part of the work done once: whole blocks of the salt are already compressed, and its last
 * bytes, the padding and the length stand in the block, so that one unit costs 22 characters and one compression
 * (two when the salt's tail is longer than 33 bytes).
 */
export class PreloadedSalt {
  readonly #salt: string;
  readonly #midstate: Readonly<Int32Array>;
  /** The blocks to compress. Only the words under the unit id change from call to call. */
  readonly #first: Int32Array;
  readonly #second: Int32Array | undefined;
  readonly #words: Int32Array;
  /** The same words with zeros where the unit id goes. */
  readonly #blank: Int32Array;
  readonly #wordOffset: number;
  readonly #bitOffset: number;

  constructor(salt: string) {
    const prefix = new TextEncoder().encode(`${salt}:`);
    const tail = prefix.subarray(prefix.length - (prefix.length % 64));
    const end = tail.length + unitIdLength;
    // One block holds the tail, the id, the end mark and 8 bytes of length.
    const wordCount = end + 9 <= 64 ? 16 : 32;
    this.#salt = salt;
    this.#midstate = prefix.length < 64 ? initialState : absorb(prefix);
    this.#blank = new Int32Array(wordCount);
    for (let index = 0; index < tail.length; index++) this.#put(index, tail[index] as number);
    this.#put(end, 0x80);
    this.#blank[wordCount - 1] = (prefix.length + unitIdLength) * 8;
    this.#words = this.#blank.slice();
    this.#first = this.#words.subarray(0, 16);
    this.#second = wordCount === 32 ? this.#words.subarray(16, 32) : undefined;
    this.#wordOffset = tail.length >> 2;
    this.#bitOffset = (tail.length & 3) * 8;
  }

  /** 0–9 999, equal to bucketOf(salt, unitId). */
  bucketOf(unitId: string): number {
    if (unitId.length !== unitIdLength || !this.#place(unitId)) return bucketOf(this.#salt, unitId);
    const midstate = this.#midstate;
    for (let index = 0; index < 8; index++) state[index] = midstate[index] as number;
    compress(state, this.#first);
    if (this.#second !== undefined) compress(state, this.#second);
    return ((state[0] as number) >>> 0) % bucketCount;
  }

  /** Writes the id's characters into the block; false when one of them is not a single byte of UTF-8. */
  #place(unitId: string): boolean {
    const words = this.#words;
    const offset = this.#wordOffset;
    const shift = this.#bitOffset;
    let seen = 0;
    let carry = this.#blank[offset] as number;
    for (let index = 0; index < 5; index++) {
      const a = unitId.charCodeAt(index * 4);
      const b = unitId.charCodeAt(index * 4 + 1);
      const c = unitId.charCodeAt(index * 4 + 2);
      const d = unitId.charCodeAt(index * 4 + 3);
      seen |= a | b | c | d;
      const word = (a << 24) | (b << 16) | (c << 8) | d;
      words[offset + index] = carry | (word >>> shift);
      carry = shift === 0 ? 0 : word << (32 - shift);
    }
    const a = unitId.charCodeAt(20);
    const b = unitId.charCodeAt(21);
    const word = (a << 24) | (b << 16);
    words[offset + 5] = (this.#blank[offset + 5] as number) | carry | (word >>> shift);
    words[offset + 6] = (this.#blank[offset + 6] as number) | (shift === 0 ? 0 : word << (32 - shift));
    return (seen | a | b) < 128;
  }

  #put(position: number, byte: number): void {
    const index = position >> 2;
    this.#blank[index] = (this.#blank[index] as number) | (byte << (24 - (position & 3) * 8));
  }
}
