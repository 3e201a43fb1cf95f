import { bucketCount, bucketOf } from "./bucket.ts";
import { compress, initialState } from "./sha256-compress.ts";
import { absorb } from "./sha256.ts";
import { readUnit, unitIdLength, unitWords } from "./unit-words.ts";

/** 64 KiB: eight hundred salts of one block each. */
const poolLength = 16_384;
/** Two blocks and four words: all that one salt can need. */
const saltLengthMax = 36;

/**
 * Where salts keep their blocks. A plan of a thousand flags touches a random one at each decision, so what counts is how
 * many cache lines a salt lies on: its words in a shared array are one or two.
 */
export class SaltPool {
  readonly #length: number;
  #words = new Int32Array(0);
  #used = 0;

  constructor(length = poolLength) {
    this.#length = length;
  }

  /** Room for so many words, all zero, in an array that others share. */
  take(count: number): { readonly words: Int32Array; readonly at: number } {
    if (this.#used + count > this.#words.length) {
      this.#words = new Int32Array(this.#length);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += count;
    return { words: this.#words, at };
  }
}

const state = new Int32Array(8);

/** Behind a salt's blocks stand what shares a word with the unit id (before it, behind it, and the last), and how it lies. */
const extraWords = 4;
/** In the word of how it lies: bits to shift, the word where the unit id begins, whether there is a second block. */
const unitWordAt = 8;
const longBit = 1 << 16;

/**
 * bucketOf with the salt's part of the work done once: whole blocks of the salt are already compressed, and its last
 * bytes, the padding and the length stand in the block, so that one unit costs 22 characters and one compression
 * (two when the salt's tail is longer than 33 bytes).
 */
export class PreloadedSalt {
  readonly #words: Int32Array;
  /** Where the salt's words begin: the extra ones, then the blocks. */
  readonly #at: number;
  readonly #midstate: Readonly<Int32Array>;
  readonly #salt: string;

  constructor(salt: string, pool = new SaltPool(saltLengthMax)) {
    const prefix = new TextEncoder().encode(`${salt}:`);
    const tail = prefix.subarray(prefix.length - (prefix.length % 64));
    const end = tail.length + unitIdLength;
    // One block holds the tail, the id, the end mark and 8 bytes of length.
    const count = end + 9 <= 64 ? 16 : 32;
    const { words, at } = pool.take(count + extraWords);
    const block = words.subarray(at + extraWords, at + extraWords + count);
    const put = (position: number, byte: number): void => {
      const index = position >> 2;
      block[index] = (block[index] as number) | (byte << (24 - (position & 3) * 8));
    };
    for (const [index, byte] of tail.entries()) put(index, byte);
    put(end, 0x80);
    block[count - 1] = (prefix.length + unitIdLength) * 8;
    const unitAt = tail.length >> 2;
    words[at] = ((tail.length & 3) * 8) | (unitAt << unitWordAt) | (count === 32 ? longBit : 0);
    words[at + 1] = block[unitAt] as number;
    words[at + 2] = block[unitAt + 5] as number;
    words[at + 3] = block[unitAt + 6] as number;
    this.#words = words;
    this.#at = at;
    this.#midstate = prefix.length < 64 ? initialState : absorb(prefix);
    this.#salt = salt;
  }

  /** 0–9 999, equal to bucketOf(salt, unitId). */
  bucketOf(unitId: string): number {
    return readUnit(unitId) ? this.bucketOfRead() : bucketOf(this.#salt, unitId);
  }

  /** The same for a unit that readUnit() has just taken. */
  bucketOfRead(): number {
    const words = this.#words;
    const block = this.#at + extraWords;
    const lie = words[this.#at] as number;
    const shift = lie & 31;
    const at = block + ((lie >> unitWordAt) & 31);
    const u0 = unitWords[0] as number;
    const u1 = unitWords[1] as number;
    const u2 = unitWords[2] as number;
    const u3 = unitWords[3] as number;
    const u4 = unitWords[4] as number;
    const u5 = unitWords[5] as number;
    const behind = words[this.#at + 2] as number;
    if (shift === 0) {
      words[at] = u0;
      words[at + 1] = u1;
      words[at + 2] = u2;
      words[at + 3] = u3;
      words[at + 4] = u4;
      words[at + 5] = u5 | behind;
    } else {
      const rest = 32 - shift;
      words[at] = (words[this.#at + 1] as number) | (u0 >>> shift);
      words[at + 1] = (u0 << rest) | (u1 >>> shift);
      words[at + 2] = (u1 << rest) | (u2 >>> shift);
      words[at + 3] = (u2 << rest) | (u3 >>> shift);
      words[at + 4] = (u3 << rest) | (u4 >>> shift);
      words[at + 5] = (u4 << rest) | (u5 >>> shift) | behind;
      words[at + 6] = (u5 << rest) | (words[this.#at + 3] as number);
    }
    compress(state, words, block, this.#midstate);
    if ((lie & longBit) !== 0) compress(state, words, block + 16);
    return ((state[0] as number) >>> 0) % bucketCount;
  }
}
