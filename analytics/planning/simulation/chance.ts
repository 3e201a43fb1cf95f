import { logGamma } from "../../statistics/special/special.ts";
import { CounterRandom } from "../../statistics/special/counter-random.ts";
import { PolarNormal } from "../../statistics/special/polar-normal.ts";

/**
 * Quick chance for single values: sfc32 (Doty-Humphrey's Small Fast Counter), begun from a counter-based stream, so that
 * the n-th experiment of a seed is the same wherever it is run.
 */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  readonly #normals = new PolarNormal(this);

  constructor(seed: number, stream: number) {
    const start = new CounterRandom(seed, stream);
    const word = (): number => Math.floor(start.fraction() * 4_294_967_296) | 0;
    this.#a = word();
    this.#b = word();
    this.#c = word();
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** 32 bits. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform on (0, 1): neither end occurs. */
  fraction(): number {
    return (this.bits() * 1_048_576 + (this.bits() >>> 12) + 0.5) / 4_503_599_627_370_496;
  }

  /** A whole number from 0 to `bound` − 1; `bound` up to 2³². */
  below(bound: number): number {
    return Math.floor((this.bits() / 4_294_967_296) * bound);
  }

  /** Standard normal. */
  normal(): number {
    return this.#normals.next();
  }

  /** χ² of any degrees of freedom; 0 of none. By Marsaglia & Tsang's gamma (2000). */
  chiSquare(degreesOfFreedom: number): number {
    if (degreesOfFreedom <= 0) return 0;
    const shape = degreesOfFreedom / 2;
    if (shape < 1) return 2 * this.#gamma(shape + 1) * this.fraction() ** (1 / shape);
    return 2 * this.#gamma(shape);
  }

  #gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      if (Math.log(this.fraction()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** How many of `count` come true: by Hörmann's transformed rejection (1993), or one by one where few are expected. */
  binomial(count: number, rate: number): number {
    if (rate > 0.5) return count - this.binomial(count, 1 - rate);
    if (count === 0 || rate <= 0) return 0;
    return count * rate < 10 ? this.#fewOf(count, rate) : this.#manyOf(count, rate);
  }

  /** By the gaps between them, which are geometric. */
  #fewOf(count: number, rate: number): number {
    const log = Math.log1p(-rate);
    let [found, at] = [0, 0];
    for (;;) {
      at += Math.floor(Math.log(this.fraction()) / log) + 1;
      if (at > count) return found;
      found++;
    }
  }

  #manyOf(count: number, rate: number): number {
    const spread = Math.sqrt(count * rate * (1 - rate));
    const b = 1.15 + 2.53 * spread;
    const a = -0.0873 + 0.0248 * b + 0.01 * rate;
    const c = count * rate + 0.5;
    const alpha = (2.83 + 5.1 / b) * spread;
    const inner = 0.92 - 4.2 / b;
    const odds = Math.log(rate / (1 - rate));
    const mode = Math.floor((count + 1) * rate);
    const top = logGamma(mode + 1) + logGamma(count - mode + 1);
    for (;;) {
      const u = this.fraction() - 0.5;
      const v = this.fraction();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + c);
      if (k < 0 || k > count) continue;
      if (us >= 0.07 && v <= inner) return k;
      const accepted = Math.log((v * alpha) / (a / (us * us) + b));
      if (accepted <= top - logGamma(k + 1) - logGamma(count - k + 1) + (k - mode) * odds) return k;
    }
  }
}
