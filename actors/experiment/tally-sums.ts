import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Json } from "../../protocols/json.ts";
import type { ExperimentSummary, VariantSummary } from "../../protocols/results.ts";
import { Dimension, dimensionText, type DimensionImage } from "./dimension.ts";
import { Group, type GroupImage } from "./group.ts";
import type { Measure } from "./measure.ts";
import type { MetricColumns } from "./metric-columns.ts";
import { dayOf } from "./window.ts";

export interface TallySumsImage {
  readonly days: readonly (readonly [day: number, group: GroupImage])[];
  readonly dimensions: readonly DimensionImage[];
}

/**
 * The sums of an experiment's units by the day of their first exposure, and by each dimension. The total is the days
 * merged: kept until something changes, since it is read ten times a second and changed ten thousand times.
 */
export class TallySums {
  readonly #metrics: readonly Measure[];
  readonly #variants: readonly string[];
  readonly #days: Map<number, Group>;
  readonly #dimensions: readonly Dimension[];
  #lastDay = Number.NaN;
  #lastGroup: Group | undefined;
  #total: Group | undefined;

  constructor({ experiment }: ExperimentDefinition, metrics: readonly Measure[], image?: TallySumsImage) {
    this.#metrics = metrics;
    this.#variants = experiment.variants.map(({ key }) => key);
    const arms = this.#variants.length;
    this.#days = new Map(image?.days.map(([day, group]) => [day, new Group(metrics, arms, group)]));
    this.#dimensions = (experiment.dimensions ?? []).map(
      (name, index) => new Dimension(name, metrics, arms, image?.dimensions[index]),
    );
  }

  get hasDimensions(): boolean {
    return this.#dimensions.length > 0;
  }

  get byteLength(): number {
    return this.#dimensions.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** A unit whose first exposure came with this metadata. It must not be in the sums. */
  place(row: number, metadata: Readonly<Record<string, Json>> | undefined): void {
    for (const dimension of this.#dimensions)
      dimension.set(
        row,
        dimensionText(Object.hasOwn(metadata ?? {}, dimension.name) ? metadata?.[dimension.name] : undefined),
      );
  }

  placeValues(row: number, values: readonly string[]): void {
    for (const [index, dimension] of this.#dimensions.entries())
      dimension.set(row, values[index] ?? dimensionText(undefined));
  }

  valuesOf(row: number): string[] {
    return this.#dimensions.map((dimension) => dimension.valueOf(row));
  }

  enter(row: number, variant: number, startedAt: number, columns: readonly MetricColumns[]): void {
    this.#total = undefined;
    this.#enter(this.#dayGroup(startedAt), row, variant, columns);
    for (const dimension of this.#dimensions) this.#enter(dimension.groupOf(row), row, variant, columns);
  }

  leave(row: number, variant: number, startedAt: number, columns: readonly MetricColumns[]): void {
    this.#total = undefined;
    this.#leave(this.#dayGroup(startedAt), row, variant, columns);
    for (const dimension of this.#dimensions) this.#leave(dimension.groupOf(row), row, variant, columns);
  }

  /** One metric of a unit changed. */
  replace(
    row: number,
    variant: number,
    startedAt: number,
    metric: number,
    first: number,
    second: number,
    newFirst: number,
    newSecond: number,
  ): void {
    this.#total = undefined;
    this.#dayGroup(startedAt).sumsOf(variant, metric).replace(first, second, newFirst, newSecond);
    for (const dimension of this.#dimensions)
      dimension.groupOf(row).sumsOf(variant, metric).replace(first, second, newFirst, newSecond);
  }

  summary(detail: boolean): Pick<ExperimentSummary, "variants" | "days" | "dimensions"> {
    const variants = this.#totalGroup().summary(this.#variants);
    if (!detail) return { variants };
    const days = [...this.#days]
      .filter(([, group]) => !group.isEmpty)
      .sort(([a], [b]) => a - b)
      .map(([day, group]) => ({ day, variants: group.summary(this.#variants) }));
    if (this.#dimensions.length === 0) return { variants, days };
    const dimensions = this.#dimensions.map((dimension) => [
      dimension.name,
      [...dimension.entries()].map(([value, group]) => ({ value, variants: group.summary(this.#variants) })),
    ]);
    return { variants, days, dimensions: Object.fromEntries(dimensions) };
  }

  /** The sums of some rows, made anew. */
  summaryOf(
    rows: Iterable<{ readonly row: number; readonly variant: number }>,
    columns: readonly MetricColumns[],
  ): VariantSummary[] {
    const group = new Group(this.#metrics, this.#variants.length);
    for (const { row, variant } of rows) this.#enter(group, row, variant, columns);
    return group.summary(this.#variants);
  }

  image(rows: number): TallySumsImage {
    return {
      days: [...this.#days].map(([day, group]) => [day, group.image()]),
      dimensions: this.#dimensions.map((dimension) => dimension.image(rows)),
    };
  }

  #totalGroup(): Group {
    if (this.#total !== undefined) return this.#total;
    const total = new Group(this.#metrics, this.#variants.length);
    for (const group of this.#days.values()) total.include(group);
    this.#total = total;
    return total;
  }

  #dayGroup(startedAt: number): Group {
    const day = dayOf(startedAt);
    if (day === this.#lastDay && this.#lastGroup !== undefined) return this.#lastGroup;
    let group = this.#days.get(day);
    if (group === undefined) {
      group = new Group(this.#metrics, this.#variants.length);
      this.#days.set(day, group);
    }
    this.#lastDay = day;
    this.#lastGroup = group;
    return group;
  }

  #enter(group: Group, row: number, variant: number, columns: readonly MetricColumns[]): void {
    group.units[variant] = (group.units[variant] as number) + 1;
    for (let metric = 0; metric < columns.length; metric++) {
      const column = columns[metric] as MetricColumns;
      group.sumsOf(variant, metric).enter(column.first(row), column.second(row));
    }
  }

  #leave(group: Group, row: number, variant: number, columns: readonly MetricColumns[]): void {
    group.units[variant] = (group.units[variant] as number) - 1;
    for (let metric = 0; metric < columns.length; metric++) {
      const column = columns[metric] as MetricColumns;
      group.sumsOf(variant, metric).leave(column.first(row), column.second(row));
    }
  }
}
