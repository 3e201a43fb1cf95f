import type { PlanVersion } from "../../protocols/analysis-plan.ts";
import type { Experiment } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { isLive, type Lifecycle } from "./contents.ts";

/** The newest are kept with the first, which is the one that was registered. */
const planVersionsMax = 1_000;

/**
 * What a live experiment's lifecycle knows of its analysis plan: one entry when a phase starts, which registers it before
 * any unit is counted, and one for each change since. Nothing takes an entry away again, a rollback neither.
 */
export function registeredPlans(
  experiment: Experiment,
  lifecycle: Lifecycle,
  present: Lifecycle | undefined,
  { at, by }: { readonly at: EpochMs; readonly by: string },
): readonly PlanVersion[] | undefined {
  const known = present?.plans ?? lifecycle.plans ?? [];
  if (!isLive(lifecycle)) return known.length === 0 ? undefined : known;
  const last = known.at(-1);
  const { analysis } = experiment;
  if (last?.phase === lifecycle.phase && canonicalJson(last.analysis) === canonicalJson(analysis))
    return known;
  const entry: PlanVersion = {
    version: (last?.version ?? 0) + 1,
    phase: lifecycle.phase,
    at,
    by,
    analysis,
  };
  const kept = known.length < planVersionsMax ? known : [...known.slice(0, 1), ...known.slice(2)];
  return [...kept, entry];
}
