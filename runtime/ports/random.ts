import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

/** The only door to chance. */
export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** That many random bytes, as hexadecimal text. */
  hex(bytes: number): string;
}

/** Drawn from the system this many bytes at once: a draw costs two microseconds, whatever its size. */
const drawBytes = 4_096;
const drawn = Buffer.alloc(drawBytes);
let used = drawBytes;

export const systemRandom: Random = {
  fraction: () => Math.random(),
  hex: (bytes) => {
    if (bytes > drawBytes) return randomFillSync(Buffer.alloc(bytes)).toString("hex");
    if (used + bytes > drawBytes) {
      randomFillSync(drawn);
      used = 0;
    }
    used += bytes;
    return drawn.toString("hex", used - bytes, used);
  },
};

/** The same chance every time: mulberry32, for simulations and tests. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const byte = (): string =>
    Math.floor(fraction() * 256)
      .toString(16)
      .padStart(2, "0");
  return { fraction, hex: (bytes) => Array.from({ length: bytes }, byte).join("") };
}
