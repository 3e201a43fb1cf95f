import { compress, initialState } from "./sha256-compress.ts";

// SHA-256 of short texts, synchronously and alike in Node, a browser and a worker: Web Crypto answers later only,
// and node:crypto's createHash takes several times as long for one block.

// Work space of one call. No call yields in between, so one set serves all of them.
const state = new Int32Array(8);
const block = new Int32Array(16);
const encoder = new TextEncoder();

/** The whole digest, 32 bytes. */
export function sha256(text: string): Uint8Array {
  digest(text);
  const bytes = new Uint8Array(32);
  for (let index = 0; index < 32; index++)
    bytes[index] = (state[index >> 2] as number) >>> (24 - (index & 3) * 8);
  return bytes;
}

/** The first four bytes of the digest as a big-endian unsigned integer: all that bucketing needs. */
export function sha256Head(text: string): number {
  digest(text);
  return (state[0] as number) >>> 0;
}

/** The state after the whole 64-byte blocks of `bytes`; what follows them is for the caller to hash. */
export function absorb(bytes: Uint8Array): Int32Array {
  const midstate = initialState.slice();
  for (let start = 0; start + 64 <= bytes.length; start += 64) {
    block.fill(0);
    for (let index = 0; index < 64; index++) putByte(index, bytes[start + index] as number);
    compress(midstate, block);
  }
  return midstate;
}

/** Leaves the digest in `state`. */
function digest(text: string): void {
  state.set(initialState);
  block.fill(0);
  const length = absorbAscii(text) ? text.length : absorbBytes(encoder.encode(text));
  putByte(length & 63, 0x80);
  // The length takes the last 8 bytes; with fewer left it moves into a block of its own.
  if ((length & 63) >= 56) flush();
  block[14] = Math.floor(length / 0x2000_0000);
  block[15] = length << 3;
  compress(state, block);
}

/** Absorbs the text when each character is one byte of UTF-8; otherwise starts over and says no. */
function absorbAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) {
      state.set(initialState);
      block.fill(0);
      return false;
    }
    putByte(index & 63, code);
    if ((index & 63) === 63) flush();
  }
  return true;
}

function absorbBytes(bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) {
    putByte(index & 63, bytes[index] as number);
    if ((index & 63) === 63) flush();
  }
  return bytes.length;
}

function putByte(position: number, byte: number): void {
  block[position >> 2] = (block[position >> 2] as number) | (byte << (24 - (position & 3) * 8));
}

function flush(): void {
  compress(state, block);
  block.fill(0);
}
