import type { CrossedGroup } from "../statistics/depth/interaction.ts";
import { uncertainRatio } from "../statistics/methods/ratio.ts";
import { uncertainMean } from "../statistics/methods/welch.ts";
import { momentsOf, pairMomentsOf } from "./groups.ts";
import type { RowSet } from "./row-set.ts";

/**
 * One variant's rows by the variant of another experiment, in that one's order. Undefined where a group has no value: a
 * ratio whose denominators sum to 0. Runs in the pool.
 */
export function crossedGroups(
  { values, denominators, others }: RowSet,
  other: number,
  variants: number,
): readonly (CrossedGroup | undefined)[] {
  const places = others?.[other] ?? new Uint8Array();
  const counts = Array.from({ length: variants + 1 }, () => 0);
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  return Array.from({ length: variants }, (_, variant) => {
    const of = (column: Float64Array): Float64Array =>
      picked(column, places, variant + 1, counts[variant + 1]);
    const count = counts[variant + 1] ?? 0;
    if (denominators === undefined) return { count, ...uncertainMean(momentsOf(of(values))) };
    const ratio = uncertainRatio(pairMomentsOf(of(values), of(denominators)));
    return ratio === undefined ? undefined : { count, ...ratio };
  });
}

function picked(column: Float64Array, places: Uint8Array, place: number, count = 0): Float64Array {
  const found = new Float64Array(count);
  let at = 0;
  for (let index = 0; index < places.length; index++)
    if (places[index] === place) found[at++] = column[index] as number;
  return found;
}
