import type { VariantSummary } from "../../protocols/results.ts";
import type { Measure } from "./measure.ts";
import { openSums, type Sums, type SumsImage } from "./sums.ts";

export interface GroupImage {
  readonly units: readonly number[];
  readonly sums: readonly SumsImage[];
}

/** Units that are summed together, by variant: those of one day, or those with one value of a dimension. */
export class Group {
  readonly #metrics: readonly Measure[];
  /** One a variant. */
  readonly units: number[];
  /** One a variant and metric, the variant's side by side. */
  readonly sums: readonly Sums[];

  constructor(metrics: readonly Measure[], variants: number, image?: GroupImage) {
    this.#metrics = metrics;
    this.units = Array.from({ length: variants }, (_, variant) => image?.units[variant] ?? 0);
    this.sums = this.units.flatMap((_, variant) =>
      metrics.map((measure, metric) => openSums(measure, image?.sums[variant * metrics.length + metric])),
    );
  }

  get isEmpty(): boolean {
    return this.units.every((units) => units === 0);
  }

  sumsOf(variant: number, metric: number): Sums {
    return this.sums[variant * this.#metrics.length + metric] as Sums;
  }

  include(other: Group): void {
    for (const [variant, units] of other.units.entries())
      this.units[variant] = (this.units[variant] as number) + units;
    for (const [index, sums] of other.sums.entries()) this.sums[index]?.include(sums);
  }

  summary(variants: readonly string[]): VariantSummary[] {
    return variants.map((variant, index) => ({
      variant,
      units: this.units[index] as number,
      metrics: Object.fromEntries(
        this.#metrics.map(({ key }, metric) => [
          key,
          this.sumsOf(index, metric).summary(this.units[index] as number),
        ]),
      ),
    }));
  }

  image(): GroupImage {
    return { units: [...this.units], sums: this.sums.map((sums) => sums.image()) };
  }
}
