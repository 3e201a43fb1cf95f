import { createHash } from "node:crypto";
import { bucketCount } from "../../protocols/flag.ts";
import type { Experiment, PublishedExperiment, VariantRange } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Lifecycle } from "./contents.ts";

/** Longest salt that a plan may hold. */
const saltLengthMax = 200;

/**
 * An experiment with its lifecycle, as plans hold it. From the second phase on its salt is `<salt or key>#<phase>`, so
 * that its units are dealt anew; `#` stands in no key, so it is no other experiment's salt. An imported recipe knows no
 * phases: from the second on, units are dealt by Weir's own.
 */
export function publishedExperiment(
  experiment: Experiment,
  lifecycle: Lifecycle,
  frozenMetrics: readonly Metric[],
): PublishedExperiment {
  const { ranges, plans, automaticPauses, metricRevisions: _revisions, ...rest } = lifecycle;
  const form = lifecycle.phase === 1 ? experiment : dealtAnew(experiment, lifecycle.phase);
  return {
    ...form,
    ...rest,
    ...(ranges === undefined ? {} : { ranges: [...ranges] }),
    ...(plans === undefined ? {} : { plans: [...plans] }),
    ...(automaticPauses === undefined ? {} : { automaticPauses: [...automaticPauses] }),
    ...(frozenMetrics.length === 0 ? {} : { frozenMetrics: [...frozenMetrics] }),
  };
}

function dealtAnew({ hash: _hash, ...experiment }: Experiment, phase: number): Experiment {
  const variants = experiment.variants.map(({ range: _range, ...variant }) => variant);
  return { ...experiment, variants, salt: phaseSalt(experiment.salt ?? experiment.key, phase) };
}

function phaseSalt(salt: string, phase: number): string {
  const text = `${salt}#${phase}`;
  return text.length <= saltLengthMax ? text : createHash("sha256").update(text).digest("hex");
}

/** Buckets, out of 10 000, that belong to another variant than before. */
export function movedBuckets(before: readonly VariantRange[], after: readonly VariantRange[]): number {
  const owners = (ranges: readonly VariantRange[]): Int16Array => {
    const owner = new Int16Array(bucketCount).fill(-1);
    for (const { from, to, variant } of ranges) owner.fill(variant, from, to);
    return owner;
  };
  const [old, young] = [owners(before), owners(after)];
  return old.reduce((moved, variant, bucket) => moved + (variant === young[bucket] ? 0 : 1), 0);
}

/** The ranges that an experiment without any has: its weights laid end to end. */
export function endToEnd(variants: readonly { readonly weight: number }[]): VariantRange[] {
  let to = 0;
  return variants
    .map(({ weight }, variant) => ({ from: to, to: (to += weight), variant }))
    .filter((range) => range.from < range.to);
}
