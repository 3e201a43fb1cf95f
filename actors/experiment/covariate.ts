import { PairSum, type PairSumImage } from "../../analytics/statistics/pair-sum.ts";
import type { CovariateMoments } from "../../protocols/results.ts";
import { grown, owned } from "./columns.ts";
import { HashTable, type HashTableImage } from "./hash-table.ts";
import type { Measure } from "./measure.ts";

export interface CovariateImage {
  readonly known: HashTableImage;
  readonly values: Float64Array;
  readonly column: Float64Array;
  readonly sums: readonly PairSumImage[];
}

/**
 * What a metric was for each unit before the experiment, beside what it is now. Values come in bulk and often before
 * the unit's exposure, so they are kept by hash (21 bytes each); those of exposed units stand in a column (8 bytes) too.
 */
export class Covariate {
  readonly #kind: Measure["sums"];
  readonly #cap: number;
  readonly #known: HashTable;
  #values: Float64Array;
  #column: Float64Array;
  /** One a variant. */
  readonly #sums: readonly PairSum[];

  constructor({ sums, cap }: Measure, variants: number, image?: CovariateImage) {
    this.#kind = sums;
    this.#cap = cap;
    this.#known = image === undefined ? new HashTable() : HashTable.of(image.known);
    this.#values = image === undefined ? new Float64Array() : owned(image.values);
    this.#column = image === undefined ? new Float64Array() : owned(image.column);
    this.#sums = Array.from({ length: variants }, (_, variant) => new PairSum(image?.sums[variant]));
  }

  get byteLength(): number {
    return this.#known.byteLength + this.#values.byteLength + this.#column.byteLength;
  }

  /** What is known of a unit, exposed or not; 0 is what is assumed of others. */
  knownOf(high: number, low: number): number {
    const index = this.#known.find(high, low);
    return index < 0 ? 0 : (this.#values[index] as number);
  }

  /** Of one unit under two identities. A mean has no weight to be merged by, so that the unit's own goes first. */
  combined(own: number, other: number): number {
    if (this.#kind === "successes") return Math.max(own, other);
    if (this.#kind === "averages") return own === 0 ? other : own;
    return own + other;
  }

  /** Remembers a unit's value for when it is exposed. */
  learn(high: number, low: number, value: number): void {
    const index = this.#known.insert(high, low);
    this.#values = grown(this.#values, index + 1);
    this.#values[index] = value;
  }

  /** Forgets a unit's value. */
  forget(high: number, low: number): void {
    const index = this.#known.find(high, low);
    if (index >= 0) this.#values[index] = 0;
  }

  /** As it counts. */
  #valueOf(row: number): number {
    return Math.min(this.#column[row] ?? 0, this.#cap);
  }

  open(row: number, high: number, low: number): void {
    this.set(row, this.knownOf(high, low));
  }

  set(row: number, value: number): void {
    this.#column = grown(this.#column, row + 1);
    this.#column[row] = value;
  }

  enter(row: number, variant: number, first: number, second: number): void {
    const value = this.#contribution(first, second);
    if (value !== undefined) this.#sums[variant]?.add(value, this.#valueOf(row));
  }

  leave(row: number, variant: number, first: number, second: number): void {
    const value = this.#contribution(first, second);
    if (value !== undefined) this.#sums[variant]?.remove(value, this.#valueOf(row));
  }

  summary(variant: number): CovariateMoments {
    const moments = (this.#sums[variant] as PairSum).summary();
    return {
      count: moments.count,
      meanValue: moments.meanNumerator,
      meanCovariate: moments.meanDenominator,
      squaredValue: moments.squaredNumerator,
      squaredCovariate: moments.squaredDenominator,
      crossDeviations: moments.crossDeviations,
    };
  }

  image(rows: number): CovariateImage {
    return {
      known: this.#known.image(),
      values: this.#values.subarray(0, this.#known.size),
      column: this.#column.subarray(0, rows),
      sums: this.#sums.map((sum) => sum.image()),
    };
  }

  /** What the metric says of a unit; nothing where it leaves the unit out. */
  #contribution(first: number, second: number): number | undefined {
    if (this.#kind !== "averages") return Math.min(first, this.#cap);
    return second === 0 ? undefined : Math.min(first / second, this.#cap);
  }
}
