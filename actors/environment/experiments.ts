import type { HandleContext } from "../../runtime/index.ts";
import type { Experiment } from "../../protocols/experiment.ts";
import type { ExperimentKey } from "../../protocols/ids.ts";
import { acknowledged } from "./automatic-pause.ts";
import { isLive, type Lifecycle } from "./contents.ts";
import { draft, revisionOf } from "./history.ts";
import { nextLifecycle, type Action } from "./lifecycle.ts";
import { own } from "./own.ts";
import { publish } from "./publish.ts";
import { notFound } from "./not-found.ts";
import { advancedContents } from "./selection.ts";
import type { EnvironmentEvent, EnvironmentState } from "./state.ts";
import { refuse, type EnvironmentStep } from "./step.ts";

/** Start takes the flag's draft along, a new phase the experiment's only: it may bring new weights. */
const advances: Partial<Record<Action, (experiment: Experiment) => { flag?: string; experiment: string }>> = {
  start: ({ key, flag }) => ({ flag, experiment: key }),
  new_phase: ({ key }) => ({ experiment: key }),
  archive: ({ key }) => ({ experiment: key }),
};

/** Moves an experiment on, and publishes that. */
export function moveExperiment(
  state: EnvironmentState,
  { experiment: key, action }: { readonly experiment: ExperimentKey; readonly action: Action },
  context: HandleContext,
): EnvironmentStep {
  const experiment = draft(state.histories, "experiments", key);
  if (experiment === undefined) return refuse(notFound("experiments", key));
  const next = nextLifecycle(own(state.published.lifecycles, key), action, context.at);
  if (!next.ok) return refuse(next.failure);
  const lifecycle = action === "resume" ? acknowledged(next.value, context) : next.value;
  const advance = advances[action]?.(experiment);
  const contents = advance === undefined ? state.published : advancedContents(state, advance);
  const moved = revisionOf(state.histories, "experiments", key, own(contents.experiments, key))?.entity;
  if (isLive(lifecycle) && moved?.stopAt !== undefined && moved.stopAt <= context.at) {
    const problem = { path: `experiments.${key}.stopAt`, message: "has passed" };
    return refuse({ code: "invalid_plan", problems: [problem] });
  }
  return publish(
    state,
    {
      events: [lifecycleEvent(key, lifecycle)],
      contents: { ...contents, lifecycles: { ...contents.lifecycles, [key]: lifecycle } },
      note: `${action.replace("_", " ")} ${key}`,
      sampled: true,
    },
    context,
  );
}

const lifecycleEvent = (experiment: ExperimentKey, lifecycle: Lifecycle): EnvironmentEvent => ({
  kind: "lifecycle_changed",
  experiment,
  lifecycle,
});
