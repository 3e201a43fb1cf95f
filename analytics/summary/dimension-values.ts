import { mergeMetric } from "../statistics/merge.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { Json } from "../../protocols/json.ts";
import { dimensionValuesMax, noValue, otherValues } from "../../protocols/results.ts";
import type { DimensionSummary, VariantSummary } from "../../protocols/results.ts";

/** A member of an exposure's metadata as a dimension's value; `raw` is its JSON, empty where there is none. */
export function valueText(raw: string): string {
  if (raw === "") return noValue;
  const value = JSON.parse(raw) as Json;
  if (value === null) return noValue;
  return typeof value === "string" ? value : canonicalJson(value);
}

const unitsIn = ({ variants }: DimensionSummary): number =>
  variants.reduce((sum, { units }) => sum + units, 0);

/** Of values that read alike one entry, and of more than the bound the smallest together. In the order of their text. */
export function boundedValues(found: readonly DimensionSummary[]): DimensionSummary[] {
  const merged = [...Map.groupBy(found, ({ value }) => value)].map(([value, same]) => together(value, same));
  const byUnits = merged.sort((a, b) => unitsIn(b) - unitsIn(a) || (a.value < b.value ? -1 : 1));
  const rest = byUnits.slice(dimensionValuesMax);
  const kept = byUnits.slice(0, dimensionValuesMax);
  return [...kept, ...(rest.length === 0 ? [] : [together(otherValues, rest)])].sort((a, b) =>
    a.value < b.value ? -1 : 1,
  );
}

function together(value: string, parts: readonly DimensionSummary[]): DimensionSummary {
  const [first, ...others] = parts;
  return {
    value,
    variants: others.reduce<readonly VariantSummary[]>(
      (sums, { variants }) => sums.map((sum, index) => plus(sum, variants[index])),
      first?.variants ?? [],
    ),
  };
}

function plus(a: VariantSummary, b: VariantSummary | undefined): VariantSummary {
  if (b === undefined) return a;
  const metrics = Object.entries(a.metrics).map(([key, summary]) => {
    const other = b.metrics[key];
    return [key, other === undefined ? summary : mergeMetric(summary, other)] as const;
  });
  return { variant: a.variant, units: a.units + b.units, metrics: Object.fromEntries(metrics) };
}
