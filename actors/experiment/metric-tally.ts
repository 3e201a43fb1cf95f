import { MeanSum, type MeanSumImage } from "../../analytics/statistics/mean-sum.ts";
import { PairSum, type PairSumImage } from "../../analytics/statistics/pair-sum.ts";
import { assert } from "../../protocols/assert.ts";
import type { Metric, MetricDefinition, RatioTerm } from "../../protocols/metric.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { grown } from "./columns.ts";

// One metric of one experiment in one partition: two numbers a unit, and sums a variant. What the two numbers are
// depends on the metric's type (see MetricDefinition): count/– for binary and count, sum/– for sum, sum/count for
// mean, numerator/denominator for ratio.

export interface MetricTallyImage {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** One a variant. */
  readonly sums: readonly SumsImage[];
}

type SumsImage =
  | { readonly kind: "successes"; readonly successes: number }
  | { readonly kind: "mean"; readonly sum: MeanSumImage }
  | { readonly kind: "pair"; readonly sum: PairSumImage };

/** How much an event adds to a unit's first and second number. */
type Increments = (name: string, value: number) => readonly [number, number] | undefined;

/** The sums of one variant, whatever their form. A unit's contribution is named by its two numbers. */
interface Sums {
  enter(first: number, second: number): void;
  replace(first: number, second: number, newFirst: number, newSecond: number): void;
  leave(first: number, second: number): void;
  summary(units: number): MetricSummary;
  image(): SumsImage;
}

export class MetricTally {
  readonly key: string;
  readonly #events: ReadonlySet<string>;
  readonly #increments: Increments;
  readonly #sums: readonly Sums[];
  #first: Float64Array;
  #second: Float64Array;

  constructor({ key, definition }: Metric, variants: number, image?: MetricTallyImage) {
    this.key = key;
    this.#events = eventsOf(definition);
    this.#increments = incrementsOf(definition);
    this.#first = image?.first ?? new Float64Array();
    this.#second = image?.second ?? new Float64Array();
    this.#sums = Array.from({ length: variants }, (_, variant) => openSums(definition, image?.sums[variant]));
  }

  reads(event: string): boolean {
    return this.#events.has(event);
  }

  enter(row: number, variant: number): void {
    this.#first = grown(this.#first, row + 1);
    this.#second = grown(this.#second, row + 1);
    this.#of(variant).enter(0, 0);
  }

  leave(row: number, variant: number): void {
    this.#of(variant).leave(this.#first[row] ?? 0, this.#second[row] ?? 0);
  }

  record(row: number, variant: number, name: string, value: number): void {
    const increments = this.#increments(name, value);
    if (increments === undefined) return;
    const first = this.#first[row] ?? 0;
    const second = this.#second[row] ?? 0;
    const newFirst = first + increments[0];
    const newSecond = second + increments[1];
    this.#first[row] = newFirst;
    this.#second[row] = newSecond;
    this.#of(variant).replace(first, second, newFirst, newSecond);
  }

  summary(variant: number, units: number): MetricSummary {
    return this.#of(variant).summary(units);
  }

  image(rows: number): MetricTallyImage {
    return {
      first: this.#first.slice(0, rows),
      second: this.#second.slice(0, rows),
      sums: this.#sums.map((sums) => sums.image()),
    };
  }

  #of(variant: number): Sums {
    const sums = this.#sums[variant];
    assert(sums !== undefined, `variant ${variant} has sums`);
    return sums;
  }
}

function eventsOf(definition: MetricDefinition): ReadonlySet<string> {
  return definition.type === "ratio"
    ? new Set([definition.numerator.event, definition.denominator.event])
    : new Set([definition.event]);
}

function incrementsOf(definition: MetricDefinition): Increments {
  switch (definition.type) {
    case "binary":
    case "count":
      return (name) => (name === definition.event ? [1, 0] : undefined);
    case "sum":
      return (name, value) => (name === definition.event ? [value, 0] : undefined);
    case "mean":
      return (name, value) => (name === definition.event ? [value, 1] : undefined);
    case "ratio": {
      const { numerator, denominator } = definition;
      const reads = eventsOf(definition);
      return (name, value) =>
        reads.has(name) ? [amount(numerator, name, value), amount(denominator, name, value)] : undefined;
    }
  }
}

function amount({ event, aggregate }: RatioTerm, name: string, value: number): number {
  if (name !== event) return 0;
  return aggregate === "count" ? 1 : value;
}

function openSums(definition: MetricDefinition, image: SumsImage | undefined): Sums {
  const meanSum = () => new MeanSum(image?.kind === "mean" ? image.sum : undefined);
  switch (definition.type) {
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
  enter(): void {}
  replace(first: number, _second: number, newFirst: number): void {
    this.#successes += Number(newFirst > 0) - Number(first > 0);
  }
  leave(first: number): void {
    this.#successes -= Number(first > 0);
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
  enter(): void {}
  replace(first: number, second: number, newFirst: number, newSecond: number): void {
    if (second === 0) this.#sum.add(newFirst / newSecond);
    else this.#sum.replace(first / second, newFirst / newSecond);
  }
  leave(first: number, second: number): void {
    if (second > 0) this.#sum.remove(first / second);
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
    this.#sum.replace([first, second], [newFirst, newSecond]);
  }
  leave(first: number, second: number): void {
    this.#sum.remove(first, second);
  }
  summary(): MetricSummary {
    return this.#sum.summary();
  }
  image(): SumsImage {
    return { kind: "pair", sum: this.#sum.image() };
  }
}
