import type { MeanMoments } from "../../protocols/results.ts";
import { assertSummable, ExactSum, meanOf, squaredDeviationsOf } from "./exact-sum.ts";
import { noMoments } from "./moments.ts";

/** Plain data of a MeanSum, for a snapshot. */
export interface MeanSumImage {
  readonly count: number;
  readonly sum: readonly number[];
  readonly squares: readonly number[];
}

/**
 * The moments of a set of units whose values change: each change is O(1), and what results does not depend on the
 * way there, to the last bit.
 */
export class MeanSum {
  #count: number;
  readonly #sum: ExactSum;
  readonly #squares: ExactSum;

  constructor(image?: MeanSumImage) {
    this.#count = image?.count ?? 0;
    this.#sum = new ExactSum(image?.sum);
    this.#squares = new ExactSum(image?.squares);
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    assertSummable(value);
    this.#count++;
    this.#sum.add(value);
    this.#squares.addProduct(value, value);
  }

  /** Takes out a value that was added before; any other would leave a group that never was. */
  remove(value: number): void {
    assertSummable(value);
    this.#count--;
    this.#sum.add(-value);
    this.#squares.addProduct(-value, value);
  }

  replace(before: number, after: number): void {
    if (before === after) return;
    if (isSmallInteger(before) && isSmallInteger(after)) {
      // Both differences are whole numbers below 2^53, so they are exact: two additions in place of six.
      this.#sum.add(after - before);
      this.#squares.add(after * after - before * before);
      return;
    }
    this.remove(before);
    this.add(after);
  }

  /** Takes in all of another group, which stays as it is. */
  addAll(other: MeanSum): void {
    this.#count += other.#count;
    this.#sum.addAll(other.#sum);
    this.#squares.addAll(other.#squares);
  }

  summary(): MeanMoments {
    if (this.#count === 0) return noMoments;
    return {
      kind: "mean",
      count: this.#count,
      mean: meanOf(this.#count, this.#sum),
      squaredDeviations: squaredDeviationsOf(this.#count, this.#squares, this.#sum),
    };
  }

  image(): MeanSumImage {
    return { count: this.#count, sum: [...this.#sum.parts], squares: [...this.#squares.parts] };
  }
}

/** Counts and whole amounts, whose squares are whole numbers below 2^52. */
const isSmallInteger = (value: number): boolean => (value | 0) === value && Math.abs(value) <= 67_108_864;
