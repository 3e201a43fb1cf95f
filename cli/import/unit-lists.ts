import { type Flag, Segment } from "../../protocols/flag.ts";
import { segmentsIn } from "../../evaluation/references.ts";
import type { Condition } from "../../protocols/condition.ts";
import { never } from "./conditions.ts";
import { fingerprint } from "./keys.ts";
import type { ImportOptions } from "./imported.ts";

/** At 25 bytes a unit id, 400 kB: what an environment takes as one entity. A longer list becomes several segments. */
export const unitsPerSegmentMax = 16_000;

/**
 * Raw keys in rules become pseudonyms in segments: Weir keeps no raw key. A list that several flags name is one segment,
 * and its key depends on its members, so that importing again finds it.
 */
export class UnitLists {
  readonly #unitIdOf: ImportOptions["unitIdOf"];
  readonly #segments = new Map<string, Segment>();

  constructor(options: ImportOptions) {
    this.#unitIdOf = options.unitIdOf;
  }

  /** Holds for units whose raw key is one of these. */
  condition(rawKeys: readonly string[]): Condition {
    const unique = [...new Set(rawKeys.filter((key) => key !== ""))].toSorted();
    const keys: string[] = [];
    for (let from = 0; from < unique.length; from += unitsPerSegmentMax)
      keys.push(this.#segment(unique.slice(from, from + unitsPerSegmentMax)));
    const [only, ...others] = keys;
    if (only === undefined) return never;
    return { op: "in_segment", value: others.length === 0 ? only : keys };
  }

  units(rawKeys: readonly string[]): string[] {
    return [...new Set(rawKeys)].map((key) => this.#unitIdOf(key));
  }

  /** Those that these flags and segments name: what only refused ones named is left out with them. */
  segmentsFor(flags: readonly Flag[], segments: readonly Segment[] = []): readonly Segment[] {
    const conditions = [
      ...flags.flatMap(({ rules }) => rules.map(({ when }) => when)),
      ...segments.flatMap(({ rules }) => rules),
    ];
    const named = new Set(conditions.flatMap((condition) => segmentsIn(condition)));
    return [...this.#segments.values()].filter(({ key }) => named.has(key));
  }

  #segment(rawKeys: readonly string[]): string {
    const key = `units-${fingerprint(JSON.stringify(rawKeys))}`;
    const name = `${rawKeys.length} units of an import`;
    if (!this.#segments.has(key))
      this.#segments.set(key, Segment.parse({ key, name, included: this.units(rawKeys) }));
    return key;
  }
}
