import { utf8Of } from "./utf8.ts";

// SHA-1, for recipes that are made of it; nothing of ours trusts it. Work space is shared: no call yields in between.

const schedule = new Int32Array(80);
const state = new Int32Array(5);

/** The digest as five big-endian words, valid until the next call. */
export function sha1(text: string): Readonly<Int32Array> {
  const { bytes, length } = utf8Of(text);
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  // The end mark and eight bytes of length must fit behind the text.
  const blocks = ((length + 8) >>> 6) + 1;
  for (let block = 0; block < blocks; block++) {
    load(bytes, length, block * 64);
    if (block === blocks - 1) {
      schedule[14] = Math.floor(length / 0x2000_0000);
      schedule[15] = length << 3;
    }
    compress();
  }
  return state;
}

function load(bytes: Uint8Array, length: number, start: number): void {
  for (let word = 0; word < 16; word++) {
    let value = 0;
    for (let index = start + word * 4; index < start + word * 4 + 4; index++)
      value = (value << 8) | (index < length ? (bytes[index] as number) : index === length ? 0x80 : 0);
    schedule[word] = value;
  }
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

function compress(): void {
  for (let round = 16; round < 80; round++)
    schedule[round] = rotated(
      (schedule[round - 3] as number) ^
        (schedule[round - 8] as number) ^
        (schedule[round - 14] as number) ^
        (schedule[round - 16] as number),
      1,
    );
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let round = 0; round < 80; round++) {
    let mixed: number;
    if (round < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (round < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (round < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotated(a, 5) + mixed + e + (schedule[round] as number)) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}
