import { utf8Of } from "./utf8.ts";

// MD5, for recipes that are made of it; nothing of ours trusts it. Work space is shared: no call yields in between.

const block = new Int32Array(16);
const state = new Int32Array(4);
const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
/** The whole part of 2^32·|sin(round + 1)|: 32 of the 53 bits that every engine's sine gets right. */
const constants = Int32Array.from({ length: 64 }, (_, round) =>
  Math.floor(Math.abs(Math.sin(round + 1)) * 2 ** 32),
);

/** The digest as four words, big-endian as the digest is written, valid until the next call. */
export function md5(text: string): Readonly<Int32Array> {
  const { bytes, length } = utf8Of(text);
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  // The end mark and eight bytes of length must fit behind the text.
  const blocks = ((length + 8) >>> 6) + 1;
  for (let index = 0; index < blocks; index++) {
    load(bytes, length, index * 64);
    if (index === blocks - 1) {
      block[14] = length << 3;
      block[15] = Math.floor(length / 0x2000_0000);
    }
    compress();
  }
  for (let word = 0; word < 4; word++) state[word] = swapped(state[word] as number);
  return state;
}

function load(bytes: Uint8Array, length: number, start: number): void {
  for (let word = 0; word < 16; word++) {
    let value = 0;
    for (let index = start + word * 4 + 3; index >= start + word * 4; index--)
      value = (value << 8) | (index < length ? (bytes[index] as number) : index === length ? 0x80 : 0);
    block[word] = value;
  }
}

function compress(): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let round = 0; round < 64; round++) {
    let mixed: number;
    let word: number;
    if (round < 16) {
      mixed = (b & c) | (~b & d);
      word = round;
    } else if (round < 32) {
      mixed = (d & b) | (~d & c);
      word = (5 * round + 1) & 15;
    } else if (round < 48) {
      mixed = b ^ c ^ d;
      word = (3 * round + 5) & 15;
    } else {
      mixed = c ^ (b | ~d);
      word = (7 * round) & 15;
    }
    const shift = shifts[((round >> 4) << 2) | (round & 3)] as number;
    const sum = (a + mixed + (constants[round] as number) + (block[word] as number)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

const swapped = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
