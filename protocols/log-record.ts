import type { ExperimentDefinition } from "./experiment.ts";
import type { ExperimentKey, Key, UnitId } from "./ids.ts";
import type { Json } from "./json.ts";

// What the EVENTS stream holds: each message is a batch of JSON lines, one record a line, all of one partition.
// Written by the gateway (exposure, metric) and by the environment actor (definition); read by the partition folds
// and by the ClickHouse sink. Records were validated on the way in, so readers trust their shape.

/** A unit was treated. */
export interface ExposureRecord {
  readonly type: "exposure";
  readonly id: string;
  /** When it happened, epoch ms, by the client's clock. */
  readonly ts: number;
  /** When the gateway accepted it, epoch ms. */
  readonly at: number;
  readonly unit: UnitId;
  readonly experiment: ExperimentKey;
  readonly phase: number;
  readonly variant: Key;
  readonly flag: string;
  readonly session?: string;
  readonly metadata?: Readonly<Record<string, Json>>;
}

/** Something that may matter to a metric happened to a unit. */
export interface MetricRecord {
  readonly type: "metric";
  readonly id: string;
  readonly ts: number;
  readonly at: number;
  readonly unit: UnitId;
  readonly name: string;
  readonly value: number;
  readonly session?: string;
  readonly metadata?: Readonly<Record<string, Json>>;
}

/**
 * From here on, this is what the experiment means. Written to every partition, and acknowledged, before the plan that
 * lets gateways assign under it: so a fold needs no other source, and replays alike.
 */
export interface DefinitionRecord {
  readonly type: "definition";
  readonly id: string;
  readonly at: number;
  readonly planVersion: number;
  readonly definition: ExperimentDefinition;
}

export type LogRecord = ExposureRecord | MetricRecord | DefinitionRecord;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeBatch = (records: readonly LogRecord[]): Uint8Array =>
  encoder.encode(records.map((record) => JSON.stringify(record)).join("\n"));

export const decodeBatch = (data: Uint8Array): LogRecord[] =>
  JSON.parse(`[${decoder.decode(data).replaceAll("\n", ",")}]`) as LogRecord[]; // JSON text holds no raw newline
