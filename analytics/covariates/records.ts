import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { unitIdOf } from "../../protocols/hash64.ts";
import type { MetricKey } from "../../protocols/ids.ts";
import type { CovariatesRecord } from "../../protocols/log-record.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { partitionOf } from "../../protocols/topology.ts";

/** 500 × 45 B = 23 KB of JSON: a message like the gateway's. */
export const unitsPerRecordMax = 500;

export interface AddressedRecord {
  readonly partition: number;
  readonly record: CovariatesRecord;
}

/**
 * Values of one range of units as records for their partitions. The same values give the same records with the same
 * ids, so that writing them again after a crash changes nothing.
 */
export function covariateRecords(
  { experiment }: ExperimentDefinition,
  metric: MetricKey,
  startedAt: EpochMs,
  partitions: number,
  values: readonly { readonly unit: string; readonly value: number }[],
): readonly AddressedRecord[] {
  const units = values.map(({ unit, value }) => ({ unit: unitIdOf(BigInt(unit)), value }));
  const byPartition = Map.groupBy(units, ({ unit }) => partitionOf(unit, partitions));
  return [...byPartition].flatMap(([partition, own]) =>
    Array.from({ length: Math.ceil(own.length / unitsPerRecordMax) }, (_, index): AddressedRecord => {
      const part = own.slice(index * unitsPerRecordMax, (index + 1) * unitsPerRecordMax);
      const id = `covariates:${experiment.key}:${experiment.phase}:${metric}:${part[0]?.unit ?? ""}`;
      const record: CovariatesRecord = {
        type: "covariates",
        id,
        at: startedAt,
        experiment: experiment.key,
        phase: experiment.phase,
        metric,
        units: part.map(({ unit }) => unit),
        values: part.map(({ value }) => [value] as const),
      };
      return { partition, record };
    }),
  );
}
