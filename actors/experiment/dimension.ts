import { canonicalJson, type Json } from "../../protocols/json.ts";
import { dimensionValuesMax, noValue, otherValues } from "../../protocols/results.ts";
import { grown, owned } from "./columns.ts";
import type { Measure } from "./measure.ts";
import { Group, type GroupImage } from "./group.ts";

export interface DimensionImage {
  readonly values: readonly string[];
  readonly groups: readonly GroupImage[];
  readonly column: Uint8Array;
}

/** One dimension of an experiment: which value each unit has, and the sums of each value. A byte a unit. */
export class Dimension {
  readonly name: string;
  readonly #metrics: readonly Measure[];
  readonly #variants: number;
  readonly #values = new Map<string, number>();
  readonly #groups: Group[];
  #column: Uint8Array;

  constructor(name: string, metrics: readonly Measure[], variants: number, image?: DimensionImage) {
    this.name = name;
    this.#metrics = metrics;
    this.#variants = variants;
    for (const [index, value] of (image?.values ?? [noValue, otherValues]).entries())
      this.#values.set(value, index);
    this.#groups = [...this.#values.values()].map(
      (index) => new Group(metrics, variants, image?.groups[index]),
    );
    this.#column = image === undefined ? new Uint8Array() : owned(image.column);
  }

  get byteLength(): number {
    return this.#column.byteLength;
  }

  /** The group of a unit's value. */
  groupOf(row: number): Group {
    return this.#groups[this.#column[row] as number] as Group;
  }

  set(row: number, value: string): void {
    this.#column = grown(this.#column, row + 1);
    this.#column[row] = this.#indexOf(value);
  }

  valueOf(row: number): string {
    const index = this.#column[row];
    for (const [value, present] of this.#values) if (present === index) return value;
    return noValue;
  }

  /** Values that units have, with their groups. */
  *entries(): Iterable<readonly [value: string, group: Group]> {
    for (const [value, index] of this.#values) {
      const group = this.#groups[index] as Group;
      if (!group.isEmpty) yield [value, group];
    }
  }

  image(rows: number): DimensionImage {
    return {
      values: [...this.#values.keys()],
      groups: this.#groups.map((group) => group.image()),
      column: this.#column.subarray(0, rows),
    };
  }

  #indexOf(value: string): number {
    const present = this.#values.get(value);
    if (present !== undefined) return present;
    if (this.#values.size >= dimensionValuesMax + 2) return this.#values.get(otherValues) as number;
    const index = this.#values.size;
    this.#values.set(value, index);
    this.#groups.push(new Group(this.#metrics, this.#variants));
    return index;
  }
}

/** A member of an exposure's metadata as text: a text as it is, anything else as JSON. */
export function dimensionText(member: Json | undefined): string {
  if (member === undefined || member === null) return noValue;
  return typeof member === "string" ? member : canonicalJson(member);
}
