import { bucketCount } from "./bucket.ts";
import { PreloadedSalt } from "./preloaded-salt.ts";

/** The place of the unit's part in the list; undefined when the weights leave its bucket to nobody. */
export type Choose = (unitId: string) => number | undefined;

/** Deals units to weighted parts: half-open ranges of buckets, laid end to end in the order of the list. */
export function chooser(salt: string, parts: readonly { readonly weight: number }[]): Choose {
  const uppers: number[] = [];
  let upper = 0;
  for (const { weight } of parts) uppers.push((upper += weight));
  // One part that owns every bucket needs no bucket.
  const whole = parts.findIndex(({ weight }) => weight === bucketCount);
  if (whole >= 0 && upper === bucketCount) return () => whole;
  const preloaded = new PreloadedSalt(salt);
  return (unitId) => {
    const bucket = preloaded.bucketOf(unitId);
    for (let index = 0; index < uppers.length; index++) if (bucket < (uppers[index] as number)) return index;
    return undefined;
  };
}
