// What units added to a metric's sums, day by day, in memory that threads share: a row is one unit on one day, with what its
// arm's sums gain by it. The sums are taken around pivots near the means, so that they do not cancel.

/** Of what sums are kept: units; y and y²; and of a second number, x, x² and xy. */
export type SumCount = 1 | 3 | 6;

export interface Changes {
  readonly rows: number;
  /** The units' 64 bits, as two halves. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Where each day's rows end. */
  readonly dayEnds: Uint32Array;
  /** What each row adds to each sum: `sums[k][row]`. */
  readonly sums: readonly Float64Array[];
  readonly pivots: readonly [y: number, x: number];
}

/** A unit's numbers as they count on a day; undefined: it does not count yet. */
export type Standing = readonly [y: number, x: number] | undefined;

/** Takes changes unit by unit, and puts them in the order of days. */
export class ChangeLog {
  readonly #pivots: readonly [number, number];
  readonly #width: SumCount;
  readonly #days: number;
  readonly #unit: BigUint64Array;
  readonly #day: Uint16Array;
  readonly #added: readonly Float64Array[];
  #rows = 0;

  constructor(rowsMax: number, days: number, width: SumCount, pivots: readonly [number, number]) {
    this.#pivots = pivots;
    this.#width = width;
    this.#days = days;
    this.#unit = new BigUint64Array(rowsMax);
    this.#day = new Uint16Array(rowsMax);
    this.#added = Array.from({ length: width }, () => new Float64Array(rowsMax));
  }

  /** From this day on the unit stands elsewhere. */
  add(unit: bigint, day: number, before: Standing, after: Standing): void {
    const row = this.#rows;
    let moved = false;
    for (const [index, column] of this.#added.entries()) {
      const change = this.#sumOf(after, index) - this.#sumOf(before, index);
      column[row] = change;
      moved ||= change !== 0;
    }
    if (!moved) return;
    this.#unit[row] = unit;
    this.#day[row] = Math.min(this.#days - 1, Math.max(0, day));
    this.#rows++;
  }

  #sumOf(standing: Standing, index: number): number {
    if (standing === undefined) return 0;
    const y = standing[0] - this.#pivots[0];
    const x = standing[1] - this.#pivots[1];
    switch (index) {
      case 0:
        return 1;
      case 1:
        return y;
      case 2:
        return y * y;
      case 3:
        return x;
      case 4:
        return x * x;
      default:
        return x * y;
    }
  }

  finish(): Changes {
    const rows = this.#rows;
    const ends = new Uint32Array(this.#days);
    for (let row = 0; row < rows; row++) {
      const day = this.#day[row] ?? 0;
      ends[day] = (ends[day] ?? 0) + 1;
    }
    for (let day = 1; day < ends.length; day++) ends[day] = (ends[day] ?? 0) + (ends[day - 1] ?? 0);
    const next = Uint32Array.from(ends, (_, day) => (day === 0 ? 0 : (ends[day - 1] ?? 0)));
    const low = new Uint32Array(new SharedArrayBuffer(4 * rows));
    const high = new Uint32Array(new SharedArrayBuffer(4 * rows));
    const sums = Array.from({ length: this.#width }, () => new Float64Array(new SharedArrayBuffer(8 * rows)));
    for (let row = 0; row < rows; row++) {
      const day = this.#day[row] ?? 0;
      const at = next[day] ?? 0;
      next[day] = at + 1;
      const unit = this.#unit[row] ?? 0n;
      low[at] = Number(unit & 0xffff_ffffn);
      high[at] = Number(unit >> 32n);
      for (const [index, column] of sums.entries()) column[at] = this.#added[index]?.[row] ?? 0;
    }
    return { rows, low, high, dayEnds: ends, sums, pivots: this.#pivots };
  }
}
