import { assert } from "../../protocols/assert.ts";
import { succeed } from "../../protocols/errors.ts";
import type { ExperimentDefinition, PublishedExperiment } from "../../protocols/experiment.ts";
import type { Answer } from "../../protocols/failures.ts";
import type { ExperimentKey, MetricKey } from "../../protocols/ids.ts";
import { metricKeysOf } from "../../protocols/lineage.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Plan } from "../../protocols/plan.ts";
import { planOf } from "./plans.ts";
import type { EnvironmentState } from "./state.ts";

/** What a version shows gateways, and tells the folds. */
export interface Distribution {
  readonly plan: Plan;
  readonly definitions: readonly ExperimentDefinition[];
}

/** With the definitions that the version changed, or all; all, too, when the version before cannot be compiled any more. */
export function distributionOf(
  state: EnvironmentState,
  { version, all }: { readonly version: number; readonly all?: true },
): Answer<Distribution> {
  const plan = planOf(state, version);
  if (!plan.ok) return plan;
  const before = all === true || version === 1 ? undefined : planOf(state, version - 1);
  const known = before?.ok === true ? before.value : undefined;
  return succeed({ plan: plan.value, definitions: changedDefinitions(plan.value, known) });
}

/** What the folds must know of a plan: every experiment that was ever started, with its metrics. */
function definitionsOf(plan: Plan): ExperimentDefinition[] {
  return Object.values(plan.experiments)
    .filter(({ status }) => status !== "draft" && status !== "archived")
    .map((experiment) => ({
      experiment,
      metrics: metricKeysOf(experiment).map((key) => metricOf(plan, experiment, key)),
    }));
}

/** Definitions that differ from the plan before: only these need telling. */
function changedDefinitions(plan: Plan, before: Plan | undefined): ExperimentDefinition[] {
  const known = new Map<ExperimentKey, string>();
  for (const definition of before === undefined ? [] : definitionsOf(before)) {
    known.set(definition.experiment.key, JSON.stringify(definition));
  }
  return definitionsOf(plan).filter(
    (definition) => known.get(definition.experiment.key) !== JSON.stringify(definition),
  );
}

function metricOf(plan: Plan, { frozenMetrics }: PublishedExperiment, key: MetricKey): Metric {
  const metric = frozenMetrics?.find((each) => each.key === key) ?? plan.metrics[key];
  assert(metric !== undefined, `compile() resolved metric ${key}`);
  return metric;
}
