import type { RatioMoments } from "../../protocols/results.ts";
import { noPairs } from "./bivariate.ts";
import { assertSummable, deviationsOf, ExactSum, meanOf, squaredDeviationsOf } from "./exact-sum.ts";

/** Plain data of a PairSum, for a snapshot. */
export interface PairSumImage {
  readonly count: number;
  readonly numerators: readonly number[];
  readonly denominators: readonly number[];
  readonly numeratorSquares: readonly number[];
  readonly denominatorSquares: readonly number[];
  readonly products: readonly number[];
}

/** As MeanSum, for units with two values each: the numerator and the denominator of a ratio metric. */
export class PairSum {
  #count: number;
  readonly #numerators: ExactSum;
  readonly #denominators: ExactSum;
  readonly #numeratorSquares: ExactSum;
  readonly #denominatorSquares: ExactSum;
  readonly #products: ExactSum;

  constructor(image?: PairSumImage) {
    this.#count = image?.count ?? 0;
    this.#numerators = new ExactSum(image?.numerators);
    this.#denominators = new ExactSum(image?.denominators);
    this.#numeratorSquares = new ExactSum(image?.numeratorSquares);
    this.#denominatorSquares = new ExactSum(image?.denominatorSquares);
    this.#products = new ExactSum(image?.products);
  }

  get count(): number {
    return this.#count;
  }

  add(numerator: number, denominator: number): void {
    this.#change(1, numerator, denominator);
  }

  /** Takes out a pair that was added before. */
  remove(numerator: number, denominator: number): void {
    this.#change(-1, numerator, denominator);
  }

  replace(before: readonly [number, number], after: readonly [number, number]): void {
    if (before[0] === after[0] && before[1] === after[1]) return;
    this.remove(before[0], before[1]);
    this.add(after[0], after[1]);
  }

  /** Takes in all of another group, which stays as it is. */
  addAll(other: PairSum): void {
    this.#count += other.#count;
    this.#numerators.addAll(other.#numerators);
    this.#denominators.addAll(other.#denominators);
    this.#numeratorSquares.addAll(other.#numeratorSquares);
    this.#denominatorSquares.addAll(other.#denominatorSquares);
    this.#products.addAll(other.#products);
  }

  summary(): RatioMoments {
    const count = this.#count;
    if (count === 0) return noPairs;
    return {
      kind: "ratio",
      count,
      meanNumerator: meanOf(count, this.#numerators),
      meanDenominator: meanOf(count, this.#denominators),
      squaredNumerator: squaredDeviationsOf(count, this.#numeratorSquares, this.#numerators),
      squaredDenominator: squaredDeviationsOf(count, this.#denominatorSquares, this.#denominators),
      crossDeviations: deviationsOf(count, this.#products, this.#numerators, this.#denominators),
    };
  }

  image(): PairSumImage {
    return {
      count: this.#count,
      numerators: [...this.#numerators.parts],
      denominators: [...this.#denominators.parts],
      numeratorSquares: [...this.#numeratorSquares.parts],
      denominatorSquares: [...this.#denominatorSquares.parts],
      products: [...this.#products.parts],
    };
  }

  #change(sign: 1 | -1, numerator: number, denominator: number): void {
    assertSummable(numerator);
    assertSummable(denominator);
    this.#count += sign;
    this.#numerators.add(sign * numerator);
    this.#denominators.add(sign * denominator);
    this.#numeratorSquares.addProduct(sign * numerator, numerator);
    this.#denominatorSquares.addProduct(sign * denominator, denominator);
    this.#products.addProduct(sign * numerator, denominator);
  }
}
