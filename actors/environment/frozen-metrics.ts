import type { Issue } from "../../protocols/errors.ts";
import { metricKeysOf } from "../../protocols/lineage.ts";
import { isRedefined, metricVersion } from "../../protocols/metric-change.ts";
import type { Metric } from "../../protocols/metric.ts";
import { draftLifecycle, type Contents, type Lifecycle } from "./contents.ts";
import { revisionOf } from "./history.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";

// What an experiment measures does not change under it: when a metric is redefined, every experiment that has begun
// keeps the revision its phase began with. Only what differs is remembered, so a version in which no metric was redefined
// is what it would be without this.

export function withFrozenMetrics(
  state: EnvironmentState,
  contents: Contents,
): { readonly contents: Contents; readonly warnings: readonly Issue[] } {
  const redefined = redefinedMetrics(state, contents);
  if (redefined.length === 0) return { contents, warnings: [] };
  const lifecycles: Record<string, Lifecycle> = { ...contents.lifecycles };
  const warnings: Issue[] = [];
  for (const [key, lifecycle] of Object.entries(contents.lifecycles)) {
    const number = own(contents.experiments, key);
    const experiment = revisionOf(state.histories, "experiments", key, number)?.entity;
    if (experiment === undefined || !goesOn(own(state.published.lifecycles, key), lifecycle)) continue;
    const used = new Set<string>(metricKeysOf(experiment));
    const kept: Record<string, number> = { ...lifecycle.metricRevisions };
    for (const metric of redefined) {
      const revision = own(state.published.metrics, metric);
      if (!used.has(metric) || revision === undefined || Object.hasOwn(kept, metric)) continue;
      kept[metric] = revision;
      warnings.push(warningOf(state, contents, { metric, experiment: key }));
    }
    lifecycles[key] = { ...lifecycle, metricRevisions: kept };
  }
  return { contents: { ...contents, lifecycles }, warnings };
}

/** Of a phase that had begun before this version and is not new in it. */
const goesOn = (before: Lifecycle = draftLifecycle, after: Lifecycle): boolean =>
  before.status !== "draft" && before.phase === after.phase && after.status !== "archived";

function redefinedMetrics({ histories, published }: EnvironmentState, contents: Contents): string[] {
  return Object.entries(contents.metrics).flatMap(([key, number]) => {
    const before = own(published.metrics, key);
    if (before === undefined || before === number) return [];
    const [old, young] = [before, number].map((each) => revisionOf(histories, "metrics", key, each)?.entity);
    return old !== undefined && young !== undefined && isRedefined(old, young) ? [key] : [];
  });
}

function warningOf(
  { histories, published }: EnvironmentState,
  contents: Contents,
  { metric, experiment }: { readonly metric: string; readonly experiment: string },
): Issue {
  const versions = [published, contents].map((each) =>
    metricVersion(revisionOf(histories, "metrics", metric, own(each.metrics, metric))?.entity ?? {}),
  );
  const [old, young] = versions;
  const message = `experiment ${experiment} keeps version ${old ?? 1}, with which its phase began; a new phase takes version ${young ?? 1}`;
  return { path: `metrics.${metric}`, message };
}

/** Definitions that hold for an experiment and are not those of the version any more. */
export function frozenMetrics(
  { histories }: EnvironmentState,
  contents: Contents,
  { metricRevisions = {} }: Lifecycle,
): Metric[] {
  return Object.entries(metricRevisions).flatMap(([key, number]) => {
    const kept = revisionOf(histories, "metrics", key, number)?.entity;
    const present = revisionOf(histories, "metrics", key, own(contents.metrics, key))?.entity;
    return kept !== undefined && (present === undefined || isRedefined(kept, present)) ? [kept] : [];
  });
}
