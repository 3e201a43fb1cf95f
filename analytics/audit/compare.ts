import type { UnitHashRange } from "../../protocols/analytics-messages.ts";
import type { AuditDifference } from "../../protocols/audit.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { PartialSums } from "../../protocols/results.ts";
import type { Clock } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { mergeExperiments } from "../statistics/merge.ts";
import { warehouseSummary } from "../summary/summary.ts";
import { failureText } from "../warehouse-failure.ts";
import { differencesOf } from "./differences.ts";

// One comparison at one place in the log.
//   U1. Each partition says its sums and up to which message they go; ClickHouse is asked for the rows up to just there,
//       partition by partition. So both sides sum up the same prefix, while events keep coming.
//   U2. ClickHouse is asked after the sink has acknowledged all of those messages, or not at all.

export interface ComparePorts {
  readonly warehouse: Warehouse;
  readonly clock: Clock;
  /** Every message of the stream up to here is in ClickHouse. */
  readonly acknowledged: () => number;
  /** A partition's sums; undefined when it does not answer or has not met the experiment. */
  readonly sums: (
    environment: EnvironmentKey,
    partition: number,
    experiment: string,
    range?: UnitHashRange,
  ) => Promise<PartialSums | undefined>;
}

export type Compared =
  | {
      readonly kind: "compared";
      readonly definition: ExperimentDefinition;
      readonly units: number;
      readonly differences: readonly AuditDifference[];
    }
  | { readonly kind: "pending"; readonly reason: string };

/** Of a healthy sink: a second. Of one that catches up: then there is nothing to compare yet. */
const sinkWaitMsMax = 20_000;
const sinkPollMs = 100;

export async function compareExperiment(
  ports: ComparePorts,
  place: { readonly environment: EnvironmentKey; readonly partitions: number; readonly experiment: string },
  range?: UnitHashRange,
): Promise<Compared> {
  const { environment, partitions, experiment } = place;
  const answers = await Promise.all(
    Array.from({ length: partitions }, (_, partition) =>
      ports.sums(environment, partition, experiment, range),
    ),
  );
  const partials = answers.filter((answer) => answer !== undefined);
  const [first] = partials;
  if (first === undefined || partials.length < partitions)
    return pending(`${partitions - partials.length} of ${partitions} partitions gave no sums`);
  const { definition } = partials.reduce((best, each) => (each.position > best.position ? each : best));
  const { phase } = definition.experiment;
  if (partials.some((partial) => partial.definition.experiment.phase !== phase))
    return pending("a new phase is under way");
  const positions = partials.map(({ position }) => position); // U1
  if (!(await isAcknowledged(ports, Math.max(...positions)))) return pending("the sink is behind"); // U2
  const request = { environment, definition };
  const part = { positions, ...(range === undefined ? {} : { range }) };
  const summary = await warehouseSummary(ports.warehouse, request, part);
  if (!summary.ok) return pending(failureText(summary.failure));
  const streaming = partials.map((partial) => partial.summary).reduce(mergeExperiments);
  return {
    kind: "compared",
    definition,
    units: streaming.variants.reduce((sum, { units }) => sum + units, 0),
    differences: differencesOf(streaming, summary.value),
  };
}

const pending = (reason: string): Compared => ({ kind: "pending", reason });

async function isAcknowledged({ acknowledged, clock }: ComparePorts, position: number): Promise<boolean> {
  const untilMs = clock.monotonicMs() + sinkWaitMsMax;
  while (acknowledged() < position) {
    if (clock.monotonicMs() >= untilMs) return false;
    await clock.sleep(sinkPollMs);
  }
  return true;
}
