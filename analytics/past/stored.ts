import { assert } from "../../protocols/assert.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { unitIdOf } from "../../protocols/hash64.ts";
import type { ExperimentKey, Key, MetricKey } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { StoredRecord } from "../../protocols/stored-record.ts";
import { precedenceMax } from "../sink/precedence.ts";
import { kindOf, type LogRow } from "./statement.ts";

/** The record that a row was (sink/rows.ts), without its id. */
export function storedOf(row: LogRow): StoredRecord {
  const order = precedenceMax - Number(row.precedence);
  const event = BigInt(row.hash);
  const hash = event === 0n ? {} : { hash: [Number(event >> 32n), Number(event & 0xffffffffn)] as const };
  return { order, ...hash, record: recordOf(row, order) };
}

function recordOf(row: LogRow, order: number): LogRecord {
  // A tombstone is said outside of the log, which it must not make older than it is.
  const at = order === 0 ? 0 : Number(row.at_ms);
  const unit = unitIdOf(BigInt(row.unit));
  const { phase } = row;
  const happened = { id: "", ts: Number(row.ts_ms), at, unit };
  switch (row.kind) {
    case kindOf.definition:
      return {
        type: "definition",
        id: "",
        at,
        planVersion: 0,
        definition: JSON.parse(row.metadata) as ExperimentDefinition,
      };
    case kindOf.deletion:
      return { type: "deletion", id: "", at, unit };
    case kindOf.bot:
      return { type: "bot", id: "", at, unit };
    case kindOf.covariate:
      return {
        type: "covariates",
        id: "",
        at,
        experiment: row.a as ExperimentKey,
        phase,
        metric: row.b as MetricKey,
        units: [unit],
        values: [[row.number]],
      };
    case kindOf.identity:
      return { type: "identify", ...happened, known: unitIdOf(BigInt(row.known)) };
    case kindOf.consent:
      return { type: "consent", ...happened, analytics: row.number === 1 };
    case kindOf.exposure:
      return {
        type: "exposure",
        ...happened,
        experiment: row.a as ExperimentKey,
        phase,
        variant: row.b as Key,
        flag: "",
        ...saidOf(row),
      };
    default:
      assert(row.kind === kindOf.event, `a row of kind ${row.kind}`);
      return { type: "metric", ...happened, name: row.a, value: row.number, ...saidOf(row) };
  }
}

function saidOf({ session, metadata, bot }: LogRow) {
  return {
    ...(session === "" ? {} : { session }),
    ...(metadata === "" ? {} : { metadata: JSON.parse(metadata) as Readonly<Record<string, Json>> }),
    ...(bot === 1 ? { bot: true as const } : {}),
  };
}
