import type { Issue } from "../protocols/errors.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag, Segment } from "../protocols/flag.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Holdout, Override, PublishedLayer } from "../protocols/layer.ts";
import type { Metric } from "../protocols/metric.ts";
import { planFormat, type Plan } from "../protocols/plan.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Catalogue } from "./catalogue.ts";
import { compileExperiment } from "./compile-experiment.ts";
import { compileFlag } from "./compile-flag.ts";
import { compileHoldouts } from "./compile-holdouts.ts";
import { compileLayers } from "./compile-layers.ts";
import { compileOverrides } from "./compile-overrides.ts";
import { compilePrerequisites } from "./compile-prerequisites.ts";
import { compileSegments } from "./compile-segments.ts";
import { Findings } from "./findings.ts";

/** Everything an environment publishes together. */
export interface PlanContent {
  readonly environment: EnvironmentKey;
  /** Prefix of the bucketing salts, and the salt of the unit ids: of the environment, the same in every version. */
  readonly salt: string;
  readonly unitSalt: string;
  readonly partitions: number;
  readonly flags: readonly Flag[];
  readonly segments: readonly Segment[];
  readonly experiments: readonly PublishedExperiment[];
  readonly metrics: readonly Metric[];
  readonly layers: readonly PublishedLayer[];
  readonly holdouts: readonly Holdout[];
  readonly overrides: readonly Override[];
}

const collections = [
  "flags",
  "segments",
  "experiments",
  "metrics",
  "layers",
  "holdouts",
  "overrides",
] as const;

export type Compilation =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly problems: readonly Issue[] };

/**
 * Makes a plan of content whose shape is already right (the schemas of protocols/), or lists everything that is wrong
 * with its meaning. A pure function: the same content, version and time give the same plan, so a rollback can repeat one.
 */
export function compile(content: PlanContent, version: number, publishedAt: EpochMs): Compilation {
  const findings = new Findings();
  for (const collection of collections)
    findings.unique(
      collection,
      content[collection].map(({ key }) => key),
    );
  const catalogue: Catalogue = {
    flags: byKey(content.flags),
    segments: byKey(content.segments),
    experiments: byKey(content.experiments),
    metrics: byKey(content.metrics),
    layers: byKey(content.layers),
  };
  for (const flag of content.flags) compileFlag(flag, catalogue, findings);
  for (const experiment of content.experiments) compileExperiment(experiment, catalogue, findings);
  compilePrerequisites(catalogue, findings);
  compileSegments(catalogue, findings);
  compileLayers(catalogue, publishedAt, findings);
  compileHoldouts(content, publishedAt, findings);
  compileOverrides(content.overrides, catalogue, publishedAt, findings);
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems };
  const { environment, salt, unitSalt, partitions } = content;
  const plan: Plan = {
    format: planFormat,
    environment,
    version,
    publishedAt,
    salt,
    unitSalt,
    partitions,
    flags: record(content.flags),
    segments: record(content.segments),
    experiments: record(content.experiments),
    metrics: record(content.metrics),
    layers: record(content.layers),
    holdouts: record(content.holdouts),
    overrides: record(content.overrides),
  };
  return { ok: true, plan, warnings: findings.warnings };
}

const byKey = <Entity extends { readonly key: string }>(
  entities: readonly Entity[],
): ReadonlyMap<string, Entity> => new Map(entities.map((entity) => [entity.key, entity]));

/** Sorted, so that a plan does not depend on the order in which its parts were written. */
function record<Key extends string, Entity extends { readonly key: Key }>(
  entities: readonly Entity[],
): Record<Key, Entity> {
  const sorted = entities.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return Object.fromEntries(sorted.map((entity) => [entity.key, entity])) as Record<Key, Entity>;
}
