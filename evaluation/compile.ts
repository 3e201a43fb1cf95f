import type { Issue } from "../protocols/errors.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag, Segment } from "../protocols/flag.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Metric } from "../protocols/metric.ts";
import { planFormat, type Plan } from "../protocols/plan.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Catalogue } from "./catalogue.ts";
import { compileExperiment } from "./compile-experiment.ts";
import { compileFlag } from "./compile-flag.ts";
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
}

export type Compilation =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly problems: readonly Issue[] };

/**
 * Makes a plan of content whose shape is already right (the schemas of protocols/), or lists everything that is wrong
 * with its meaning. A pure function: the same content, version and time give the same plan, so a rollback can repeat one.
 */
export function compile(content: PlanContent, version: number, publishedAt: EpochMs): Compilation {
  const findings = new Findings();
  findings.unique(
    "flags",
    content.flags.map(({ key }) => key),
  );
  findings.unique(
    "segments",
    content.segments.map(({ key }) => key),
  );
  findings.unique(
    "experiments",
    content.experiments.map(({ key }) => key),
  );
  findings.unique(
    "metrics",
    content.metrics.map(({ key }) => key),
  );
  const catalogue: Catalogue = {
    flags: byKey(content.flags),
    segments: byKey(content.segments),
    experiments: byKey(content.experiments),
    metrics: byKey(content.metrics),
  };
  for (const flag of content.flags) compileFlag(flag, catalogue, findings);
  for (const experiment of content.experiments) compileExperiment(experiment, catalogue, findings);
  compilePrerequisites(catalogue, findings);
  compileSegments(catalogue, findings);
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
