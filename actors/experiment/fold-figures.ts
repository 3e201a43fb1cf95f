import type { Clock, FoldBehaviour, Telemetry } from "../../runtime/index.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { PartialSums } from "../../protocols/results.ts";
import type { Partition } from "./partition.ts";

// What the folds of this process make of their records, for whoever scrapes it. Sums of the state, so that they go on
// after a restart and stand in a snapshot: gauges, not counters.

/** Figures for people need not be newer; looking at a partition of a million held events costs a millisecond. */
const everyMs = 1_000;

type Fold = FoldBehaviour<Partition, Failure>;

/** The same fold, whose figures are told as it moves. */
export function observed(fold: Fold, telemetry: Telemetry, clock: Clock): Fold {
  const gauge = (name: string, description: string) => telemetry.gauge(name, { description });
  const ingested = gauge("weir_fold_records", "Records folded, without duplicates, by type");
  const became = gauge("weir_fold_outcomes", "Records and units that count nowhere, or otherwise, by reason");
  const newest = telemetry.gauge("weir_experiment_newest_event_seconds", {
    description: "Client time of the newest event in the rolling sums, epoch seconds",
    unit: "s",
  });
  const position = gauge("weir_fold_position", "Last message of the stream that is folded");
  const toldMs = new Map<string, number>();

  const tell = (state: Partition, at: { readonly key: string; readonly position: number }): void => {
    const now = clock.monotonicMs();
    if (now - (toldMs.get(at.key) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    toldMs.set(at.key, now);
    const labels = { key: at.key };
    const { ingested: byType, ...others } = state.counts;
    for (const [type, count] of Object.entries(byType)) ingested(count, { ...labels, type });
    for (const [outcome, count] of Object.entries(others)) became(count, { ...labels, outcome });
    position(at.position, labels);
  };

  return {
    ...fold,
    notices: (state, at) => {
      tell(state, at);
      const notices = fold.notices?.(state, at) ?? [];
      for (const { data } of notices) {
        const { environment, experiment, newestEventTs } = data as PartialSums;
        if (newestEventTs !== undefined)
          newest(newestEventTs / 1_000, { environment, experiment, key: at.key });
      }
      return notices;
    },
  };
}
