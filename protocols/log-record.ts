import type { DecisionCode, Reason } from "./decision.ts";
import type { ExperimentDefinition } from "./experiment.ts";
import type { ExperimentKey, Key, MetricKey, UnitId } from "./ids.ts";
import type { Json } from "./json.ts";
import { newestForm } from "./record-versions.ts";

// What the EVENTS stream holds: each message is a batch of JSON lines, one record a line, all of one partition.
// Records were validated on the way in, so readers trust their shape. What they mean for a result is in
// docs/pipeline.md; folds and ClickHouse's SQL keep to the same rules.
//   Gateways write: exposure, metric, decision, identify, consent, slot, reward, shadow, deletion.
//   The environment actor writes: definition.
//   Partition folds write to one another: merge, and with a bot's name: bot. Analytics writes: covariates.

/** What every record of a unit says. */
interface OfUnit {
  readonly id: string;
  /** When it happened, epoch ms, by the client's clock. */
  readonly ts: number;
  /** When the gateway accepted it, epoch ms. */
  readonly at: number;
  readonly unit: UnitId;
  readonly session?: string;
  readonly metadata?: Readonly<Record<string, Json>>;
  /** The client declared the unit to be a bot. */
  readonly bot?: true;
}

/** A unit was treated. */
export interface ExposureRecord extends OfUnit {
  readonly type: "exposure";
  readonly experiment: ExperimentKey;
  readonly phase: number;
  readonly variant: Key;
  readonly flag: string;
}

/** Something that may matter to a metric happened to a unit. */
export interface MetricRecord extends OfUnit {
  readonly type: "metric";
  readonly name: string;
  readonly value: number;
}

/** A decision that a client made by itself and tells afterwards. Those of the gateway are in DECISIONS. */
export interface DecisionEventRecord extends OfUnit {
  readonly type: "decision";
  readonly flag: string;
  readonly variation: string;
  readonly reason?: Reason;
  readonly code?: DecisionCode;
  readonly experiment?: ExperimentKey;
  readonly phase?: number;
  readonly variant?: Key;
  readonly propensity?: number;
  /** Of the plan. */
  readonly version?: number;
}

/** A ranking was shown: one record an impression. */
export interface SlotRecord extends OfUnit {
  readonly type: "slot";
  /** Names the ranking, for the clicks and rewards that refer to it. */
  readonly ranking: string;
  /** From the top, with the ranker that put it there and the chance it had to be there. */
  readonly items: readonly {
    readonly item: string;
    readonly ranker?: string;
    readonly propensity?: number;
  }[];
  readonly experiment?: ExperimentKey;
  readonly variant?: Key;
}

/** What a decision was worth. */
export interface RewardRecord extends OfUnit {
  readonly type: "reward";
  /** Id of the decision, or of the ranking. */
  readonly of: string;
  readonly name: string;
  readonly value: number;
  /** Of a ranking: which item. */
  readonly item?: string;
}

/** What a candidate would have answered beside what was served. */
export interface ShadowRecord extends OfUnit {
  readonly type: "shadow";
  readonly flag: string;
  readonly served: Json;
  readonly candidate: Json;
  /** How long each took, where known. */
  readonly servedMs?: number;
  readonly candidateMs?: number;
  readonly error?: string;
}

/** `unit` is somebody who is known from elsewhere: both count as `known` from now on. In both units' partitions. */
export interface IdentifyRecord {
  readonly type: "identify";
  readonly id: string;
  readonly ts: number;
  readonly at: number;
  readonly unit: UnitId;
  readonly known: UnitId;
}

/** Whether the unit lets itself be counted. */
export interface ConsentRecord {
  readonly type: "consent";
  readonly id: string;
  readonly ts: number;
  readonly at: number;
  readonly unit: UnitId;
  readonly analytics: boolean;
}

/** The unit is to be forgotten: nothing of it counts any more, and nothing of it is taken in any more. */
export interface DeletionRecord {
  readonly type: "deletion";
  readonly id: string;
  readonly at: number;
  readonly unit: UnitId;
}

/** A fold saw more records of this unit in a minute than a person makes. */
export interface BotRecord {
  readonly type: "bot";
  readonly id: string;
  readonly at: number;
  readonly unit: UnitId;
}

/** One fold hands what it holds of `unit` to the partition of `known`. Its form is the folds' own. */
export interface MergeRecord {
  readonly type: "merge";
  readonly id: string;
  readonly at: number;
  readonly unit: UnitId;
  readonly known: UnitId;
  readonly state: Json;
}

/** Values of units from before an experiment started, for variance reduction. */
export interface CovariatesRecord {
  readonly type: "covariates";
  readonly id: string;
  readonly at: number;
  readonly experiment: ExperimentKey;
  readonly phase: number;
  readonly metric: MetricKey;
  readonly units: readonly UnitId[];
  /** One a unit: of a ratio two. */
  readonly values: readonly (readonly [first: number, second?: number])[];
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

/** What clients send, and count once by type and id. */
export type EventRecord =
  | ExposureRecord
  | MetricRecord
  | DecisionEventRecord
  | SlotRecord
  | RewardRecord
  | ShadowRecord
  | IdentifyRecord
  | ConsentRecord;

export type LogRecord =
  | EventRecord
  | DeletionRecord
  | BotRecord
  | MergeRecord
  | CovariatesRecord
  | DefinitionRecord;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeBatch = (records: readonly LogRecord[]): Uint8Array =>
  encoder.encode(records.map((record) => JSON.stringify(record)).join("\n"));

export const decodeBatch = (data: Uint8Array): LogRecord[] =>
  newestForm(JSON.parse(`[${decoder.decode(data).replaceAll("\n", ",")}]`) as LogRecord[]); // JSON text holds no raw newline
