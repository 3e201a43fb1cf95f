/** Standard normal deviates by the polar method (Marsaglia & Bray 1964), two at a time, from uniforms on (0, 1). */
export class PolarNormal {
  readonly #source: { fraction(): number };
  #spare: number | undefined;

  constructor(source: { fraction(): number }) {
    this.#source = source;
  }

  next(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.#source.fraction() - 1;
      const y = 2 * this.#source.fraction() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}
