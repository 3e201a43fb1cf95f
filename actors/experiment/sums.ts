import { MeanSum, type MeanSumImage } from "../../analytics/statistics/mean-sum.ts";
import { PairSum, type PairSumImage } from "../../analytics/statistics/pair-sum.ts";
import { assert } from "../../protocols/assert.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { atMost, type Measure } from "./measure.ts";

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

export function openSums({ sums, cap }: Measure, image?: SumsImage): Sums {
  const meanSum = () => new MeanSum(image?.kind === "mean" ? image.sum : undefined);
  const count = image?.kind === "successes" ? image.successes : 0;
  switch (sums) {
    case "successes":
      return new Successes(count);
    case "totals":
      return new Totals(meanSum(), cap);
    case "averages":
      return new Averages(meanSum(), cap);
    case "pairs":
      return new Pairs(new PairSum(image?.kind === "pair" ? image.sum : undefined), cap);
    case "counted":
      return new Counted(count);
  }
}

/** binary, retention, funnel: units that had it at all. */
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

/** percentile: how many units have a value. What lies between the values takes rows. */
class Counted implements Sums {
  #count: number;
  constructor(count: number) {
    this.#count = count;
  }
  enter(_first: number, second: number): void {
    this.#count += Number(second > 0);
  }
  replace(_first: number, second: number, _newFirst: number, newSecond: number): void {
    this.#count += Number(newSecond > 0) - Number(second > 0);
  }
  leave(_first: number, second: number): void {
    this.#count -= Number(second > 0);
  }
  include(other: Sums): void {
    assert(other instanceof Counted, "sums of one metric are of one kind");
    this.#count += other.#count;
  }
  summary(): MetricSummary {
    return { kind: "distribution", count: this.#count };
  }
  image(): SumsImage {
    return { kind: "successes", successes: this.#count };
  }
}

/** count and sum: every exposed unit counts, from 0 on. */
class Totals implements Sums {
  readonly #sum: MeanSum;
  readonly #cap: number;
  constructor(sum: MeanSum, cap: number) {
    this.#sum = sum;
    this.#cap = cap;
  }
  enter(first: number): void {
    this.#sum.add(atMost(first, this.#cap));
  }
  replace(first: number, _second: number, newFirst: number): void {
    this.#sum.replace(atMost(first, this.#cap), atMost(newFirst, this.#cap));
  }
  leave(first: number): void {
    this.#sum.remove(atMost(first, this.#cap));
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

/** mean and time_to: a unit's average value; units without an event are left out. */
class Averages implements Sums {
  readonly #sum: MeanSum;
  readonly #cap: number;
  constructor(sum: MeanSum, cap: number) {
    this.#sum = sum;
    this.#cap = cap;
  }
  enter(first: number, second: number): void {
    if (second > 0) this.#sum.add(this.#valueOf(first, second));
  }
  replace(first: number, second: number, newFirst: number, newSecond: number): void {
    if (second === 0) this.enter(newFirst, newSecond);
    else this.#sum.replace(this.#valueOf(first, second), this.#valueOf(newFirst, newSecond));
  }
  leave(first: number, second: number): void {
    if (second > 0) this.#sum.remove(this.#valueOf(first, second));
  }
  #valueOf(first: number, second: number): number {
    return atMost(first / second, this.#cap);
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

/** ratio, and values of sessions or events: every exposed unit counts, from 0 / 0 on. */
class Pairs implements Sums {
  readonly #sum: PairSum;
  readonly #cap: number;
  constructor(sum: PairSum, cap: number) {
    this.#sum = sum;
    this.#cap = cap;
  }
  enter(first: number, second: number): void {
    this.#sum.add(atMost(first, this.#cap), second);
  }
  replace(first: number, second: number, newFirst: number, newSecond: number): void {
    if (first === newFirst && second === newSecond) return;
    this.#sum.remove(atMost(first, this.#cap), second);
    this.#sum.add(atMost(newFirst, this.#cap), newSecond);
  }
  leave(first: number, second: number): void {
    this.#sum.remove(atMost(first, this.#cap), second);
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
