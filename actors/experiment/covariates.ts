import type { VariantSummary } from "../../protocols/results.ts";
import { Covariate, type CovariateImage } from "./covariate.ts";
import type { Measure } from "./measure.ts";
import type { MetricColumns } from "./metric-columns.ts";

/** Whether a covariate is the unit's own or that of another identity. */
export type Origin = "unit" | "other";

export type CovariatesImage = readonly (CovariateImage | undefined)[];

/** The covariates of those of an experiment's metrics that have one. Most experiments have none. */
export class Covariates {
  readonly #keys: readonly string[];
  /** By metric. */
  readonly #all: readonly (Covariate | undefined)[];
  readonly isEmpty: boolean;

  constructor(measures: readonly Measure[], variants: number, image?: CovariatesImage) {
    this.#keys = measures.map(({ key }) => key);
    this.#all = measures.map((measure, index) =>
      measure.hasCovariate ? new Covariate(measure, variants, image?.[index]) : undefined,
    );
    this.isEmpty = this.#all.every((covariate) => covariate === undefined);
  }

  get byteLength(): number {
    return this.#all.reduce((sum, covariate) => sum + (covariate?.byteLength ?? 0), 0);
  }

  of(metric: string): Covariate | undefined {
    return this.#all[this.#keys.indexOf(metric)];
  }

  at(metric: number): Covariate | undefined {
    return this.#all[metric];
  }

  open(row: number, high: number, low: number): void {
    for (const covariate of this.#all) covariate?.open(row, high, low);
  }

  enter(row: number, variant: number, columns: readonly MetricColumns[]): void {
    for (const [metric, covariate] of this.#all.entries()) {
      const column = columns[metric] as MetricColumns;
      covariate?.enter(row, variant, column.first(row), column.second(row));
    }
  }

  leave(row: number, variant: number, columns: readonly MetricColumns[]): void {
    for (const [metric, covariate] of this.#all.entries()) {
      const column = columns[metric] as MetricColumns;
      covariate?.leave(row, variant, column.first(row), column.second(row));
    }
  }

  /** Forgets what is known of a unit, and tells what it was by metric. */
  take(high: number, low: number): { readonly metric: string; readonly value: number }[] {
    return this.#all.flatMap((covariate, index) => {
      const value = covariate?.knownOf(high, low) ?? 0;
      covariate?.forget(high, low);
      return value === 0 ? [] : [{ metric: this.#keys[index] as string, value }];
    });
  }

  addTo(summary: VariantSummary, variant: number): VariantSummary {
    if (this.isEmpty) return summary;
    const moments = this.#all.flatMap((covariate, index) =>
      covariate === undefined ? [] : [[this.#keys[index] as string, covariate.summary(variant)] as const],
    );
    return { ...summary, covariates: Object.fromEntries(moments) };
  }

  image(rows: number): CovariatesImage {
    return this.#all.map((covariate) => covariate?.image(rows));
  }
}
