import { assert } from "../../protocols/assert.ts";
import { unitHash } from "../../protocols/hash64.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { ExperimentSummary } from "../../protocols/results.ts";
import { grown } from "./columns.ts";
import { HashTable, type HashTableImage } from "./hash-table.ts";
import { MetricTally, type MetricTallyImage } from "./metric-tally.ts";

// One experiment's rolling sums over the units of one partition.
//   T1. A unit counts for the variant of its earliest exposure, from the moment of that exposure.
//   T2. A unit that saw two variants counts for none (a crossover); nothing brings it back within the phase.
//   T3. Each change of a unit's value changes the sums in O(1): its old contribution leaves, its new one enters.

/** Marks a crossover in the variant column. */
const crossed = 255;

export interface TallyImage {
  readonly definition: ExperimentDefinition;
  readonly units: HashTableImage;
  readonly variants: Uint8Array;
  readonly exposedAt: Float64Array;
  readonly crossovers: number;
  readonly metrics: readonly MetricTallyImage[];
  readonly newestEventTs: number;
}

/** What an exposure did. `counted` says from when on the unit's events count now, and until when they already did. */
export type Exposed =
  | { readonly kind: "unchanged" }
  | { readonly kind: "crossed" }
  | { readonly kind: "counted"; readonly from: number; readonly before: number };

export class Tally {
  definition: ExperimentDefinition;
  readonly #variantKeys: readonly string[];
  readonly #units: HashTable;
  #variants: Uint8Array;
  #exposedAt: Float64Array;
  #crossovers: number;
  readonly #metrics: readonly MetricTally[];
  /** Units a variant; derived from the variant column. */
  readonly #unitCounts: number[];
  #newestEventTs: number;

  constructor(definition: ExperimentDefinition, image?: TallyImage) {
    this.definition = definition;
    this.#variantKeys = definition.experiment.variants.map(({ key }) => key);
    assert(this.#variantKeys.length < crossed, "variants fit a byte");
    this.#units = image === undefined ? new HashTable() : HashTable.of(image.units);
    this.#variants = image?.variants ?? new Uint8Array();
    this.#exposedAt = image?.exposedAt ?? new Float64Array();
    this.#crossovers = image?.crossovers ?? 0;
    this.#newestEventTs = image?.newestEventTs ?? Number.NEGATIVE_INFINITY;
    const arms = this.#variantKeys.length;
    this.#unitCounts = Array.from({ length: arms }, () => 0);
    for (let row = 0; row < this.#units.size; row++) this.#count(this.#variants[row] ?? crossed, 1);
    this.#metrics = definition.metrics.map(
      (metric, index) => new MetricTally(metric, arms, image?.metrics[index]),
    );
  }

  static of(image: TallyImage): Tally {
    return new Tally(image.definition, image);
  }

  /** Whether any metric looks at events of this name. */
  reads(event: string): boolean {
    return this.#metrics.some((metric) => metric.reads(event));
  }

  get newestEventTs(): number | undefined {
    return Number.isFinite(this.#newestEventTs) ? this.#newestEventTs : undefined;
  }

  expose(unit: UnitId, variantKey: string, ts: number): Exposed {
    const variant = this.#variantKeys.indexOf(variantKey);
    assert(variant >= 0, `the gateway admits known variants only, not ${variantKey}`);
    this.#newestEventTs = Math.max(this.#newestEventTs, ts);
    const known = this.#units.size;
    const row = this.#units.insert(unitHash(unit));
    if (row === known) return this.#enter(row, variant, ts);
    const present = this.#variants[row];
    if (present === crossed) return { kind: "unchanged" };
    if (present !== variant) return this.#cross(row); // T2
    const before = this.#exposedAt[row] ?? ts;
    if (ts >= before) return { kind: "unchanged" };
    this.#exposedAt[row] = ts; // T1: an earlier exposure came late
    return { kind: "counted", from: ts, before };
  }

  /** Counts an event when it belongs after the unit's exposure; false when it does not (yet). */
  record(unit: UnitId, name: string, value: number, ts: number): boolean {
    const row = this.#units.find(unitHash(unit));
    if (row < 0) return false;
    const variant = this.#variants[row] ?? crossed;
    if (variant === crossed) return true; // T2: settled, nothing will ever count it
    if (ts < (this.#exposedAt[row] ?? Number.POSITIVE_INFINITY)) return false;
    for (const metric of this.#metrics) metric.record(row, variant, name, value); // T3
    this.#newestEventTs = Math.max(this.#newestEventTs, ts);
    return true;
  }

  summary(): ExperimentSummary {
    const units = this.#unitCounts;
    return {
      crossovers: this.#crossovers,
      variants: this.#variantKeys.map((variant, index) => ({
        variant,
        units: units[index] ?? 0,
        metrics: Object.fromEntries(
          this.#metrics.map((metric) => [metric.key, metric.summary(index, units[index] ?? 0)]),
        ),
      })),
    };
  }

  image(): TallyImage {
    const rows = this.#units.size;
    return {
      definition: this.definition,
      units: this.#units.image(),
      variants: this.#variants.slice(0, rows),
      exposedAt: this.#exposedAt.slice(0, rows),
      crossovers: this.#crossovers,
      metrics: this.#metrics.map((metric) => metric.image(rows)),
      newestEventTs: this.#newestEventTs,
    };
  }

  #enter(row: number, variant: number, ts: number): Exposed {
    this.#variants = grown(this.#variants, row + 1);
    this.#exposedAt = grown(this.#exposedAt, row + 1);
    this.#variants[row] = variant;
    this.#exposedAt[row] = ts;
    this.#count(variant, 1);
    for (const metric of this.#metrics) metric.enter(row, variant);
    return { kind: "counted", from: ts, before: Number.POSITIVE_INFINITY };
  }

  #cross(row: number): Exposed {
    const variant = this.#variants[row] ?? crossed;
    for (const metric of this.#metrics) metric.leave(row, variant);
    this.#variants[row] = crossed;
    this.#count(variant, -1);
    this.#crossovers++;
    return { kind: "crossed" };
  }

  #count(variant: number, change: 1 | -1): void {
    if (variant !== crossed) this.#unitCounts[variant] = (this.#unitCounts[variant] ?? 0) + change;
  }
}
