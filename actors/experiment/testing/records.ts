import { createHash } from "node:crypto";
import { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { ExperimentKey, UnitId } from "../../../protocols/ids.ts";
import type { DefinitionRecord, ExposureRecord, MetricRecord } from "../../../protocols/log-record.ts";

/** The pseudonym of the unit of that number. */
export const unitOf = (number: number): UnitId =>
  createHash("sha256").update(String(number)).digest().subarray(0, 16).toString("base64url") as UnitId;

export const definitionOf = (
  key: string,
  metrics: readonly unknown[],
  experiment: Readonly<Record<string, unknown>> = {},
): ExperimentDefinition =>
  ExperimentDefinition.parse({
    experiment: {
      key,
      flag: key,
      variants: [
        { key: "a", variation: "a", weight: 5_000 },
        { key: "b", variation: "b", weight: 5_000 },
      ],
      control: "a",
      metrics: { primary: (metrics[0] as { key: string }).key },
      status: "running",
      phase: 1,
      ...experiment,
    },
    metrics,
  });

export const defined = (definition: ExperimentDefinition): DefinitionRecord => ({
  type: "definition",
  id: `${definition.experiment.key}/${definition.experiment.phase}`,
  at: 0,
  planVersion: definition.experiment.phase,
  definition,
});

let made = 0;

export const exposure = (
  unit: number,
  variant: string,
  ts: number,
  others: Partial<ExposureRecord> = {},
): ExposureRecord => ({
  type: "exposure",
  id: `x${made++}`,
  ts,
  at: ts,
  unit: unitOf(unit),
  experiment: "checkout" as ExperimentKey,
  phase: 1,
  variant: variant as ExposureRecord["variant"],
  flag: "checkout",
  ...others,
});

export const event = (
  unit: number,
  name: string,
  value: number,
  ts: number,
  others: Partial<MetricRecord> = {},
): MetricRecord => ({
  type: "metric",
  id: `m${made++}`,
  ts,
  at: ts,
  unit: unitOf(unit),
  name,
  value,
  ...others,
});
