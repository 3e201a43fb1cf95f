import { bucketCount, bucketOf } from "./bucket.ts";
import { compress, initialState } from "./sha256-compress.ts";
import { absorb } from "./sha256.ts";
import { readUnit, unitIdLength, unitWords } from "./unit-words.ts";

/** 64 KiB: a thousand salts of one block each. */
const poolLength = 16_384;
/** Two blocks: all that one salt can need. */
const saltLengthMax = 32;

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

/**
 * bucketOf with the salt's part of the work done once: whole blocks of the salt are already compressed, and its last
 * bytes, the padding and the length stand in the block, so that one unit costs 22 characters and one compression
 * (two when the salt's tail is longer than 33 bytes).
 */
export class PreloadedSalt {
  readonly #words: Int32Array;
  /** Where the block begins, and the word of it in which the unit id does. */
  readonly #at: number;
  readonly #unitAt: number;
  readonly #shift: number;
  /** What shares a word with the unit id: the salt's last bytes before it, the end mark behind it. */
  readonly #before: number;
  readonly #behind: number;
  readonly #last: number;
  readonly #isLong: boolean;
  readonly #midstate: Readonly<Int32Array>;
  readonly #salt: string;

  constructor(salt: string, pool = new SaltPool(saltLengthMax)) {
    const prefix = new TextEncoder().encode(`${salt}:`);
    const tail = prefix.subarray(prefix.length - (prefix.length % 64));
    const end = tail.length + unitIdLength;
    // One block holds the tail, the id, the end mark and 8 bytes of length.
    const count = end + 9 <= 64 ? 16 : 32;
    const { words, at } = pool.take(count);
    const put = (position: number, byte: number): void => {
      const index = at + (position >> 2);
      words[index] = (words[index] as number) | (byte << (24 - (position & 3) * 8));
    };
    for (const [index, byte] of tail.entries()) put(index, byte);
    put(end, 0x80);
    words[at + count - 1] = (prefix.length + unitIdLength) * 8;
    const unitAt = at + (tail.length >> 2);
    this.#words = words;
    this.#at = at;
    this.#unitAt = unitAt;
    this.#shift = (tail.length & 3) * 8;
    this.#before = words[unitAt] as number;
    this.#behind = words[unitAt + 5] as number;
    this.#last = words[unitAt + 6] as number;
    this.#isLong = count === 32;
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
    const at = this.#unitAt;
    const shift = this.#shift;
    const u0 = unitWords[0] as number;
    const u1 = unitWords[1] as number;
    const u2 = unitWords[2] as number;
    const u3 = unitWords[3] as number;
    const u4 = unitWords[4] as number;
    const u5 = unitWords[5] as number;
    if (shift === 0) {
      words[at] = u0;
      words[at + 1] = u1;
      words[at + 2] = u2;
      words[at + 3] = u3;
      words[at + 4] = u4;
      words[at + 5] = u5 | this.#behind;
    } else {
      const rest = 32 - shift;
      words[at] = this.#before | (u0 >>> shift);
      words[at + 1] = (u0 << rest) | (u1 >>> shift);
      words[at + 2] = (u1 << rest) | (u2 >>> shift);
      words[at + 3] = (u2 << rest) | (u3 >>> shift);
      words[at + 4] = (u3 << rest) | (u4 >>> shift);
      words[at + 5] = (u4 << rest) | (u5 >>> shift) | this.#behind;
      words[at + 6] = (u5 << rest) | this.#last;
    }
    compress(state, words, this.#at, this.#midstate);
    if (this.#isLong) compress(state, words, this.#at + 16);
    return ((state[0] as number) >>> 0) % bucketCount;
  }
}
