import { rangesAfter } from "../../evaluation/ranges.ts";
import { bucketCount } from "../../protocols/flag.ts";
import type { Issue } from "../../protocols/errors.ts";
import type { Experiment } from "../../protocols/experiment.ts";
import type { ExperimentKey } from "../../protocols/ids.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { isLive, type Contents, type Lifecycle } from "./contents.ts";
import { withFrozenMetrics } from "./frozen-metrics.ts";
import { draftOf, revisionOf } from "./history.ts";
import { own } from "./own.ts";
import { registeredPlans } from "./plan-versions.ts";
import { endToEnd, movedBuckets } from "./published-experiment.ts";
import { quarantineAfter } from "./quarantine.ts";
import type { EnvironmentEvent, EnvironmentState } from "./state.ts";

// What every new version settles, whatever it was made for: what time has ended leaves, slots that were given back rest,
// and changed weights move as few units as they can.

/** A plan holds so many ranges of one experiment; hundreds of changes may need more, and then more units move once. */
const rangesMax = 1_000;

export interface Settled {
  readonly contents: Contents;
  readonly events: readonly EnvironmentEvent[];
  readonly warnings: readonly Issue[];
}

export function settle(
  state: EnvironmentState,
  wanted: Contents,
  { at, by }: { readonly at: EpochMs; readonly by: string },
): Settled {
  const overrides = draftOf(state.histories, "overrides");
  const expired = overrides.filter(
    ([, { entity }]) => entity.expiresAt !== undefined && entity.expiresAt <= at,
  );
  const gone = new Set(expired.map(([key]) => key));
  const kept = overrides.filter(([key]) => !gone.has(key)).map(([key, , number]) => [key, number]);
  const ended = endedExperiments(state, wanted, at);
  const lifecycles = { ...wanted.lifecycles, ...Object.fromEntries(ended) };
  const next = { ...wanted, lifecycles, overrides: Object.fromEntries(kept) as Contents["overrides"] };
  const dealt = dealtAgain(state, next);
  const registered = withPlans(state, dealt.contents, { at, by });
  const frozen = withFrozenMetrics(state, registered);
  return {
    contents: { ...frozen.contents, quarantine: quarantineAfter(state, frozen.contents, at) },
    events: [
      ...[...gone].map((key) => ({ kind: "removed", collection: "overrides", key, by }) as const),
      ...ended.map(
        ([experiment, lifecycle]) => ({ kind: "lifecycle_changed", experiment, lifecycle }) as const,
      ),
    ],
    warnings: [...dealt.warnings, ...frozen.warnings],
  };
}

/** Live experiments whose `stopAt` has come, with what becomes of them. */
function endedExperiments(
  { histories }: EnvironmentState,
  contents: Contents,
  at: EpochMs,
): [ExperimentKey, Lifecycle][] {
  return Object.entries(contents.lifecycles).flatMap(([key, lifecycle]) => {
    const { stopAt } =
      revisionOf(histories, "experiments", key, own(contents.experiments, key))?.entity ?? {};
    const ended = isLive(lifecycle) && stopAt !== undefined && stopAt <= at;
    return ended ? [[key as ExperimentKey, { ...lifecycle, status: "completed" }]] : [];
  });
}

/** Gives live experiments whose weights change the ranges that move the fewest; says what moves. */
function dealtAgain(
  state: EnvironmentState,
  contents: Contents,
): { readonly contents: Contents; readonly warnings: readonly Issue[] } {
  const lifecycles: Record<string, Lifecycle> = { ...contents.lifecycles };
  const warnings: Issue[] = [];
  for (const [key, lifecycle] of Object.entries(contents.lifecycles)) {
    const before = own(state.published.lifecycles, key);
    if (!isLive(lifecycle) || !isLive(before) || before?.phase !== lifecycle.phase) continue;
    const old = experimentIn(state, state.published, key);
    const young = experimentIn(state, contents, key);
    if (old === undefined || young === undefined || old === young) continue;
    if (young.allocation < old.allocation) {
      const path = `experiments.${key}.allocation`;
      const message = `lowered from ${percent(old.allocation)} to ${percent(young.allocation)}: units that took part leave`;
      warnings.push({ path, message });
    }
    if (sameWeights(old, young)) continue;
    const present = lifecycle.ranges ?? endToEnd(old.variants);
    const least = rangesAfter(lifecycle.ranges, old.variants, young.variants);
    const ranges = least.length <= rangesMax ? least : endToEnd(young.variants);
    lifecycles[key] = { ...lifecycle, ranges };
    const moved = percent(movedBuckets(present, ranges));
    const message = `the new weights move ${moved} of the units to another variant; those are set aside`;
    warnings.push({ path: `experiments.${key}.variants`, message });
  }
  return { contents: { ...contents, lifecycles }, warnings };
}

/** Registers the analysis plans of what starts, and the changes of what is live. */
function withPlans(
  state: EnvironmentState,
  contents: Contents,
  when: { readonly at: EpochMs; readonly by: string },
): Contents {
  const lifecycles: Record<string, Lifecycle> = { ...contents.lifecycles };
  for (const [key, lifecycle] of Object.entries(contents.lifecycles)) {
    const experiment = experimentIn(state, contents, key);
    if (experiment === undefined) continue;
    const plans = registeredPlans(experiment, lifecycle, own(state.published.lifecycles, key), when);
    if (plans !== undefined && plans !== lifecycle.plans) lifecycles[key] = { ...lifecycle, plans };
  }
  return { ...contents, lifecycles };
}

const experimentIn = (
  { histories }: EnvironmentState,
  contents: Contents,
  key: string,
): Experiment | undefined =>
  revisionOf(histories, "experiments", key, own(contents.experiments, key))?.entity;

const sameWeights = (a: Experiment, b: Experiment): boolean =>
  a.variants.length === b.variants.length &&
  a.variants.every(({ weight }, index) => weight === b.variants[index]?.weight);

const percent = (share: number): string => `${(share * 100) / bucketCount} %`;
