import type { Metric, MetricDefinition, MetricWindow, RatioTerm } from "../../protocols/metric.ts";
import { grown, owned, type Column } from "./columns.ts";

// A metric's two numbers of each unit. What they are depends on its type: had it/– for binary, count/– for count, sum/–
// for sum, sum/count for mean, numerator/denominator for ratio. A byte for binary, four for a count, eight for a sum.

/** What an event adds to a number. */
export type Increment = "nothing" | "one" | "value";

/** A metric's use of one event name. */
export interface Reading {
  readonly metric: number;
  readonly first: Increment;
  readonly second: Increment;
  readonly window: MetricWindow;
}

export interface MetricColumnsImage {
  readonly first: Column;
  readonly second?: Column;
}

const lifetime: MetricWindow = { type: "lifetime" };

export class MetricColumns {
  readonly #isBinary: boolean;
  #first: Column;
  #second: Column | undefined;

  constructor({ definition }: Metric, image?: MetricColumnsImage) {
    const { first, second } = columnsOf(definition);
    this.#isBinary = definition.type === "binary";
    this.#first = image === undefined ? first : owned(image.first);
    this.#second = image?.second === undefined ? second : owned(image.second);
  }

  get byteLength(): number {
    return this.#first.byteLength + (this.#second?.byteLength ?? 0);
  }

  cover(row: number): void {
    this.#first = grown(this.#first, row + 1);
    if (this.#second !== undefined) this.#second = grown(this.#second, row + 1);
  }

  first(row: number): number {
    return this.#first[row] as number;
  }

  second(row: number): number {
    return this.#second === undefined ? 0 : (this.#second[row] as number);
  }

  add(row: number, first: number, second: number): void {
    const sum = (this.#first[row] as number) + first;
    this.#first[row] = this.#isBinary ? Math.min(1, sum) : sum;
    if (this.#second !== undefined) this.#second[row] = (this.#second[row] as number) + second;
  }

  clear(row: number): void {
    this.#first[row] = 0;
    if (this.#second !== undefined) this.#second[row] = 0;
  }

  image(rows: number): MetricColumnsImage {
    const first = this.#first.subarray(0, rows);
    return this.#second === undefined ? { first } : { first, second: this.#second.subarray(0, rows) };
  }
}

export const amountOf = (increment: Increment, value: number): number =>
  increment === "value" ? value : increment === "one" ? 1 : 0;

/** The event names that a metric reads, and how. */
export function readingsOf({ definition, window = lifetime }: Metric, metric: number): Map<string, Reading> {
  const reading = (first: Increment, second: Increment): Reading => ({ metric, first, second, window });
  switch (definition.type) {
    case "binary":
    case "count":
      return new Map([[definition.event, reading("one", "nothing")]]);
    case "sum":
      return new Map([[definition.event, reading("value", "nothing")]]);
    case "mean":
      return new Map([[definition.event, reading("value", "one")]]);
    case "ratio": {
      const { numerator, denominator } = definition;
      return new Map(
        [numerator.event, denominator.event].map((event) => [
          event,
          reading(incrementOf(numerator, event), incrementOf(denominator, event)),
        ]),
      );
    }
  }
}

function incrementOf({ event, aggregate }: RatioTerm, name: string): Increment {
  if (event !== name) return "nothing";
  return aggregate === "count" ? "one" : "value";
}

function columnsOf(definition: MetricDefinition): { first: Column; second: Column | undefined } {
  const termOf = ({ aggregate }: RatioTerm): Column =>
    aggregate === "count" ? new Uint32Array() : new Float64Array();
  switch (definition.type) {
    case "binary":
      return { first: new Uint8Array(), second: undefined };
    case "count":
      return { first: new Uint32Array(), second: undefined };
    case "sum":
      return { first: new Float64Array(), second: undefined };
    case "mean":
      return { first: new Float64Array(), second: new Uint32Array() };
    case "ratio":
      return { first: termOf(definition.numerator), second: termOf(definition.denominator) };
  }
}
