import type { Experiment } from "../../protocols/experiment.ts";
import { eventLineage, metricKeysOf, metricLineage, type LineageSource } from "../../protocols/lineage.ts";
import { isRedefined } from "../../protocols/metric-change.ts";
import type { Metric } from "../../protocols/metric.ts";
import { draftLifecycle, type Lifecycle } from "./contents.ts";
import { draft, draftOf, revisionOf } from "./history.ts";
import { notFound } from "./not-found.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";

/** What a metric reads and who reads it, or who reads an event: of the drafts, with each experiment as it measures. */
export function lineageAnswer(
  state: EnvironmentState,
  { metric, event }: MessageOf<"get_lineage">,
): EnvironmentStep {
  const source = lineageSource(state);
  if (event !== undefined) return answer(eventLineage(event, source));
  const found = metricLineage(metric ?? "", source);
  return found === undefined ? refuse(notFound("metrics", metric ?? "")) : answer(found);
}

function lineageSource(state: EnvironmentState): LineageSource {
  const { histories } = state;
  return {
    metrics: draftOf(histories, "metrics").map(([, { entity }]) => entity),
    experiments: draftOf(histories, "experiments").map(([key, { entity }]) => {
      const lifecycle = own(state.published.lifecycles, key) ?? draftLifecycle;
      const { flag, metrics } = entity;
      return { key, flag, metrics, status: lifecycle.status, frozenMetrics: held(state, entity, lifecycle) };
    }),
  };
}

/** What an experiment that has begun measures by, where the draft has become something else. */
function held(
  { histories, published }: EnvironmentState,
  experiment: Experiment,
  lifecycle: Lifecycle,
): Metric[] {
  if (lifecycle.status === "draft") return [];
  return metricKeysOf(experiment).flatMap((key) => {
    const number = own(lifecycle.metricRevisions ?? {}, key) ?? own(published.metrics, key);
    const present = revisionOf(histories, "metrics", key, number)?.entity;
    const edited = draft(histories, "metrics", key);
    return present !== undefined && edited !== undefined && isRedefined(present, edited) ? [present] : [];
  });
}
