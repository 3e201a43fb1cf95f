import type { PublishedExperiment } from "../protocols/experiment.ts";
import { bucketCount } from "./bucket.ts";
import type { Catalogue } from "./catalogue.ts";
import { overlapsOf } from "./compile-parts.ts";
import type { Findings } from "./findings.ts";

/** Reports what is wrong with an experiment's slots by themselves; those of others are compile-layers.ts's. */
export function compileSlots(
  { layer }: PublishedExperiment,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
): void {
  if (layer === undefined) return;
  if (!catalogue.layers.has(layer.key))
    findings.problem(`${path}.layer.key`, `there is no layer ${layer.key}`);
  for (const [index, { from, to }] of layer.slots.entries())
    if (from < 0 || to > bucketCount || from >= to)
      findings.problem(`${path}.layer.slots[${index}]`, `needs 0 ≤ from < to ≤ ${bucketCount}`);
  for (const [index, other] of overlapsOf(layer.slots))
    findings.problem(`${path}.layer.slots[${index}]`, `overlaps with slots[${other}]`);
}
