import type { DecisionRecord } from "../../protocols/decision-log.ts";
import { eventHash, uint64Text, unitHash } from "../../protocols/hash64.ts";
import type { Hash64 } from "../../protocols/hash64.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import type { DecisionEventRecord, LogRecord } from "../../protocols/log-record.ts";
import type { TableKey } from "../schema/tables.ts";
import { metadataText } from "./metadata-text.ts";
import { monthOf, timeMax, timeMin } from "./month.ts";

/** One row, with what decides where it goes. Values are in the order of the table's columns; hashes stay two words. */
export interface Row {
  readonly table: TableKey;
  /** The partition, as toYYYYMM says it; 0 in tables without. */
  readonly month: number;
  /** Whose row it is, as the warehouse knows units: a deleted unit's rows are not written. */
  readonly environment: string;
  readonly unit: Hash64 | undefined;
  readonly values: readonly unknown[];
}

const clamp = (ts: number): number => Math.min(timeMax, Math.max(timeMin, Math.round(ts)));

export const unitText = (unit: UnitId): string => uint64Text(unitHash(unit));
const json = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value));

/** The rows of a record. They depend on nothing else, so that a block can be built again. */
export function rowsOf(record: LogRecord, environment: EnvironmentKey, precedence: number): readonly Row[] {
  if (record.type === "merge") return []; // the folds' own
  if (record.type === "definition") return [definitionRow(record, environment, precedence)];
  if (record.type === "covariates") return covariateRows(record, environment, precedence);
  const unit = unitHash(record.unit);
  const said = (table: TableKey, values: readonly unknown[]): Row => ({
    table,
    month: 0,
    environment,
    unit,
    values: [environment, unit, ...values, clamp(record.at), precedence],
  });
  switch (record.type) {
    case "identify":
      return [said("identities", [unitHash(record.known), clamp(record.ts)])];
    case "consent": {
      const id = eventHash(record.type, record.id);
      return [said("consents", [id, Number(record.analytics), clamp(record.ts)])];
    }
    case "bot":
      return [said("bots", ["rate"])];
    case "deletion":
      return [said("deletions", [])];
    case "exposure":
    case "metric":
    case "decision":
    case "slot":
    case "reward":
    case "shadow": {
      const row = eventRow(record, environment, unit, precedence);
      return record.bot === true ? [row, said("bots", ["declared"])] : [row];
    }
  }
  return []; // a type that a newer Weir writes
}

type UnitEvent = Extract<
  LogRecord,
  { type: "exposure" | "metric" | "decision" | "slot" | "reward" | "shadow" }
>;

function eventRow(record: UnitEvent, environment: EnvironmentKey, unit: Hash64, precedence: number): Row {
  const ts = clamp(record.ts);
  const id = eventHash(record.type, record.id);
  const [session, metadata, at] = [record.session ?? "", metadataText(record.metadata), clamp(record.at)];
  const bot = Number(record.bot ?? false);
  const month = monthOf(ts);
  switch (record.type) {
    case "exposure": {
      const { experiment, phase, variant, flag } = record;
      const log = [session, metadata, at, precedence, bot];
      const values = [ts, environment, experiment, phase, variant, flag, unit, id, ...log];
      return { table: "exposures", month, environment, unit, values };
    }
    case "metric": {
      const { name, value } = record;
      const values = [ts, environment, name, unit, id, value, session, metadata, at, precedence, bot];
      return { table: "events", month, environment, unit, values };
    }
    case "decision": {
      const tail = [session, metadata, at, precedence];
      const values = decisionValues(ts, environment, "client", record, unit, id, tail);
      return { table: "decisions", month, environment, unit, values };
    }
    case "slot": {
      const { ranking, experiment = "", variant = "", items } = record;
      const lists = [
        items.map(({ item }) => item),
        items.map(({ ranker }) => ranker ?? ""),
        items.map(({ propensity }) => propensity ?? null),
      ];
      const log = [session, metadata, at, precedence];
      const values = [ts, environment, ranking, experiment, variant, ...lists, unit, id, ...log];
      return { table: "slots", month, environment, unit, values };
    }
    case "reward": {
      const { name, of, item = "", value } = record;
      const log = [session, metadata, at, precedence];
      const values = [ts, environment, name, of, item, value, unit, id, ...log];
      return { table: "rewards", month, environment, unit, values };
    }
    case "shadow": {
      const { flag, served, candidate, servedMs, candidateMs, error = "" } = record;
      const said = [json(served), json(candidate), servedMs ?? null, candidateMs ?? null, error];
      const log = [session, metadata, at, precedence];
      const values = [ts, environment, flag, ...said, unit, id, ...log];
      return { table: "shadows", month, environment, unit, values };
    }
  }
}

/** A line of the stream DECISIONS. */
export function decisionRow(record: DecisionRecord, environment: EnvironmentKey, precedence: number): Row {
  const ts = clamp(record.at);
  const unit = unitHash(record.unit);
  const id = eventHash("decision", record.id);
  const tail = ["", "", ts, precedence];
  return {
    table: "decisions",
    month: monthOf(ts),
    environment,
    unit,
    values: decisionValues(ts, environment, "gateway", record, unit, id, tail),
  };
}

function decisionValues(
  ts: number,
  environment: EnvironmentKey,
  source: "client" | "gateway",
  record: DecisionEventRecord | DecisionRecord,
  unit: Hash64,
  id: Hash64,
  tail: readonly unknown[],
): readonly unknown[] {
  const { flag, variation, reason = "", code = "", experiment = "", phase = 0, variant = "" } = record;
  const [rule, shadow] = "type" in record ? ["", ""] : [record.rule ?? "", record.shadow ?? ""];
  const assigned = [rule, experiment, phase, variant, record.propensity ?? null, shadow, record.version ?? 0];
  return [ts, environment, source, record.id, flag, variation, reason, code, ...assigned, unit, id, ...tail];
}

function definitionRow(
  { at, planVersion, definition }: Extract<LogRecord, { type: "definition" }>,
  environment: EnvironmentKey,
  precedence: number,
): Row {
  const { key, phase } = definition.experiment;
  const values = [environment, key, phase, planVersion, json(definition), clamp(at), precedence];
  return { table: "definitions", month: 0, environment, unit: undefined, values };
}

function covariateRows(
  record: Extract<LogRecord, { type: "covariates" }>,
  environment: EnvironmentKey,
  precedence: number,
): Row[] {
  const at = clamp(record.at);
  return record.units.map((id, index) => {
    const unit = unitHash(id);
    const [first, second = 0] = record.values[index] ?? [0];
    const { experiment, phase, metric } = record;
    const values = [environment, experiment, phase, metric, unit, first, second, at, precedence];
    return { table: "covariates", month: monthOf(at), environment, unit, values };
  });
}
