import { MeanSum, type MeanSumImage } from "../../analytics/statistics/mean-sum.ts";
import { PairSum, type PairSumImage } from "../../analytics/statistics/pair-sum.ts";
import { assert } from "../../protocols/assert.ts";
import type { MetricDefinition } from "../../protocols/metric.ts";
import type { MetricSummary } from "../../protocols/results.ts";

// The sums of one metric over a group of units. A unit's contribution is named by its two numbers (metric-columns.ts);
// it can be changed or taken out again and leaves no trace.

export type SumsImage =
  | { readonly kind: "successes"; readonly successes: number }
  | { readonly kind: "mean"; readonly sum: MeanSumImage }
  | { readonly kind: "pair"; readonly sum: PairSumImage };

export interface Sums {
  enter(first: number, second: number): void;
  replace(first: number, second: number, newFirst: number, newSecond: number): void;
  leave(first: number, second: number): void;
  /** Takes in the sums of another group for the same metric. */
  include(other: Sums): void;
  summary(units: number): MetricSummary;
  image(): SumsImage;
}

export function openSums(type: MetricDefinition["type"], image?: SumsImage): Sums {
  const meanSum = () => new MeanSum(image?.kind === "mean" ? image.sum : undefined);
  switch (type) {
    case "binary":
      return new Successes(image?.kind === "successes" ? image.successes : 0);
    case "count":
    case "sum":
      return new Totals(meanSum());
    case "mean":
      return new Averages(meanSum());
    case "ratio":
      return new Pairs(new PairSum(image?.kind === "pair" ? image.sum : undefined));
  }
}

/** binary: units that had the event at all. */
class Successes implements Sums {
  #successes: number;
  constructor(successes: number) {
    this.#successes = successes;
  }
  enter(first: number): void {
    this.#successes += Number(first > 0);
  }
  replace(first: number, _second: number, newFirst: number): void {
    this.#successes += Number(newFirst > 0) - Number(first > 0);
  }
  leave(first: number): void {
    this.#successes -= Number(first > 0);
  }
  include(other: Sums): void {
    assert(other instanceof Successes, "sums of one metric are of one kind");
    this.#successes += other.#successes;
  }
  summary(units: number): MetricSummary {
    return { kind: "proportion", count: units, successes: this.#successes };
  }
  image(): SumsImage {
    return { kind: "successes", successes: this.#successes };
  }
}

/** count and sum: every exposed unit counts, from 0 on. */
class Totals implements Sums {
  readonly #sum: MeanSum;
  constructor(sum: MeanSum) {
    this.#sum = sum;
  }
  enter(first: number): void {
    this.#sum.add(first);
  }
  replace(first: number, _second: number, newFirst: number): void {
    this.#sum.replace(first, newFirst);
  }
  leave(first: number): void {
    this.#sum.remove(first);
  }
  include(other: Sums): void {
    assert(other instanceof Totals, "sums of one metric are of one kind");
    this.#sum.addAll(other.#sum);
  }
  summary(): MetricSummary {
    return this.#sum.summary();
  }
  image(): SumsImage {
    return { kind: "mean", sum: this.#sum.image() };
  }
}

/** mean: a unit's average value; units without an event are left out. */
class Averages implements Sums {
  readonly #sum: MeanSum;
  constructor(sum: MeanSum) {
    this.#sum = sum;
  }
  enter(first: number, second: number): void {
    if (second > 0) this.#sum.add(first / second);
  }
  replace(first: number, second: number, newFirst: number, newSecond: number): void {
    if (second === 0) this.enter(newFirst, newSecond);
    else this.#sum.replace(first / second, newFirst / newSecond);
  }
  leave(first: number, second: number): void {
    if (second > 0) this.#sum.remove(first / second);
  }
  include(other: Sums): void {
    assert(other instanceof Averages, "sums of one metric are of one kind");
    this.#sum.addAll(other.#sum);
  }
  summary(): MetricSummary {
    return this.#sum.summary();
  }
  image(): SumsImage {
    return { kind: "mean", sum: this.#sum.image() };
  }
}

/** ratio: every exposed unit counts, from 0 / 0 on. */
class Pairs implements Sums {
  readonly #sum: PairSum;
  constructor(sum: PairSum) {
    this.#sum = sum;
  }
  enter(first: number, second: number): void {
    this.#sum.add(first, second);
  }
  replace(first: number, second: number, newFirst: number, newSecond: number): void {
    if (first === newFirst && second === newSecond) return;
    this.#sum.remove(first, second);
    this.#sum.add(newFirst, newSecond);
  }
  leave(first: number, second: number): void {
    this.#sum.remove(first, second);
  }
  include(other: Sums): void {
    assert(other instanceof Pairs, "sums of one metric are of one kind");
    this.#sum.addAll(other.#sum);
  }
  summary(): MetricSummary {
    return this.#sum.summary();
  }
  image(): SumsImage {
    return { kind: "pair", sum: this.#sum.image() };
  }
}
