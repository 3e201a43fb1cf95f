import { grown, owned, type Column } from "./columns.ts";
import type { ColumnKind, Measure } from "./measure.ts";

// A metric's two numbers of each unit: had it/– for binary, count/– for count, sum/– for sum, sum/count for mean,
// numerator/denominator for ratio, hours/had it for time_to (measure.ts). A byte for a flag, four for a count, eight for
// an amount.

export interface MetricColumnsImage {
  readonly first: Column;
  readonly second?: Column;
}

export class MetricColumns {
  readonly #isFlag: boolean;
  #first: Column;
  #second: Column | undefined;

  constructor({ first, second }: Measure, image?: MetricColumnsImage) {
    this.#isFlag = first === "flag";
    this.#first = image === undefined ? columnOf(first) : owned(image.first);
    if (image?.second !== undefined) this.#second = owned(image.second);
    else this.#second = second === undefined ? undefined : columnOf(second);
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
    this.#first[row] = this.#isFlag ? Math.min(1, sum) : sum;
    if (this.#second !== undefined) this.#second[row] = (this.#second[row] as number) + second;
  }

  set(row: number, first: number, second: number): void {
    this.#first[row] = first;
    if (this.#second !== undefined) this.#second[row] = second;
  }

  clear(row: number): void {
    this.set(row, 0, 0);
  }

  image(rows: number): MetricColumnsImage {
    const first = this.#first.subarray(0, rows);
    return this.#second === undefined ? { first } : { first, second: this.#second.subarray(0, rows) };
  }
}

function columnOf(kind: ColumnKind): Column {
  switch (kind) {
    case "flag":
      return new Uint8Array();
    case "count":
      return new Uint32Array();
    case "amount":
      return new Float64Array();
  }
}
