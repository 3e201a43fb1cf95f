import { PolarNormal } from "./polar-normal.ts";

// Chance without state: the n-th number of a stream is a function of (seed, stream, n). Runs can be split over
// workers in any way and give the same numbers. Philox 2×32 with 10 rounds (Salmon et al. 2011).

const multiplier = 0xd256d193;
const keyStep = 0x9e3779b9;
const rounds = 10;

/** 64 random bits as two unsigned 32-bit halves, written into `into`. */
export function philox(low: number, high: number, key: number, into: Uint32Array): void {
  let [left, right, round] = [low >>> 0, high >>> 0, key >>> 0];
  for (let index = 0; index < rounds; index++) {
    const upper = highProduct(multiplier, left);
    const lower = Math.imul(multiplier, left) >>> 0;
    left = (upper ^ round ^ right) >>> 0;
    right = lower;
    round = (round + keyStep) >>> 0;
  }
  into[0] = left;
  into[1] = right;
}

/** The upper half of the 64-bit product of two unsigned 32-bit numbers. */
function highProduct(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(cross / 65_536)) >>> 0;
}

/** A stream of random numbers that is a pure function of its seed and its number. */
export class CounterRandom {
  readonly #key: number;
  readonly #stream: number;
  readonly #bits = new Uint32Array(2);
  #count = 0;
  readonly #normals = new PolarNormal(this);

  constructor(seed: number, stream = 0) {
    this.#key = seed >>> 0;
    this.#stream = stream >>> 0;
  }

  /** Uniform on (0, 1): 52 bits and a half, so neither end occurs. */
  fraction(): number {
    philox(this.#count++, this.#stream, this.#key, this.#bits);
    const [high = 0, low = 0] = this.#bits;
    return (high * 1_048_576 + (low >>> 12) + 0.5) / 4_503_599_627_370_496;
  }

  /** Standard normal. */
  normal(): number {
    return this.#normals.next();
  }
}
