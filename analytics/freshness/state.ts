import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { EventFreshness } from "../../protocols/freshness.ts";
import { eventsOf } from "../../protocols/metric-shape.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { usualRate } from "./quiet.ts";

/** What is known of one event's name. */
export interface EventHistory {
  /** Events of each hour, oldest first, without the hour that is not over. */
  readonly perHour: readonly number[];
  readonly newestAt: number | undefined;
}

/** Event → keys of the running experiments that read it, and when the first of them started. */
export function readersOf(
  definitions: readonly ExperimentDefinition[],
): ReadonlyMap<string, { readonly experiments: readonly string[]; readonly since: number }> {
  const readers = new Map<string, { experiments: string[]; since: number }>();
  for (const { experiment, metrics } of definitions) {
    if (experiment.status !== "running") continue;
    for (const event of new Set(metrics.flatMap(({ definition }) => eventsOf(definition)))) {
      const known = readers.get(event) ?? { experiments: [], since: Infinity };
      known.experiments.push(experiment.key);
      known.since = Math.min(known.since, experiment.startedAt ?? 0);
      readers.set(event, known);
    }
  }
  return readers;
}

export function freshnessOf(
  event: string,
  { experiments, since }: { readonly experiments: readonly string[]; readonly since: number },
  { perHour, newestAt }: EventHistory,
  now: number,
): EventFreshness {
  const { medianGapMs, quietMsMax } = usualRate(perHour);
  const rate = { ...(medianGapMs === undefined ? {} : { medianGapMs }), quietMsMax };
  const base = { event, experiments: experiments.toSorted(), ...rate };
  if (newestAt === undefined) return { ...base, state: now - since > quietMsMax ? "missing" : "waiting" };
  const state = now - newestAt > quietMsMax ? "stalled" : "flowing";
  return { ...base, state, newestAt: newestAt as EpochMs };
}
