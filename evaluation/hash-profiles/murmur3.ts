import { utf8Of } from "./utf8.ts";

const first = 0xcc9e2d51;
const second = 0x1b873593;

/** MurmurHash3 x86_32 of the text's UTF-8 bytes, as an unsigned number. */
export function murmur3(text: string, seed: number): number {
  const { bytes, length } = utf8Of(text);
  const whole = length & ~3;
  let hash = seed | 0;
  for (let index = 0; index < whole; index += 4) {
    const block =
      (bytes[index] as number) |
      ((bytes[index + 1] as number) << 8) |
      ((bytes[index + 2] as number) << 16) |
      ((bytes[index + 3] as number) << 24);
    hash ^= scrambled(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let index = length - 1; index >= whole; index--) tail = (tail << 8) | (bytes[index] as number);
  if (whole < length) hash ^= scrambled(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(block: number): number {
  const mixed = Math.imul(block, first);
  return Math.imul((mixed << 15) | (mixed >>> 17), second);
}
