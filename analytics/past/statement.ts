import { tables } from "../schema/tables.ts";

// One statement for a partition's records in the order of the log, whatever table they lie in.
//   L1. Rows of one id that are not merged yet all come: the fold counts the first, as it did.
//   L2. The order is total, so that the next statement goes on behind any row: by place in the log, by kind, by unit.

/** In the order in which rows with one place in the log are folded: the larger first. */
export const kindOf = {
  definition: 8,
  deletion: 7,
  covariate: 6,
  identity: 5,
  consent: 4,
  exposure: 3,
  event: 2,
  bot: 1,
} as const;

/** What a row is, in columns that all tables can fill. None is named like a column of another meaning, which it would hide. */
export interface LogRow {
  readonly kind: number;
  readonly precedence: string;
  readonly unit: string;
  readonly hash: string;
  readonly known: string;
  readonly ts_ms: string;
  readonly at_ms: string;
  readonly a: string;
  readonly b: string;
  readonly phase: number;
  readonly number: number;
  readonly session: string;
  readonly metadata: string;
  readonly bot: number;
}

type Columns = Readonly<Partial<Record<keyof LogRow, string>>>;
const absent: Readonly<Record<keyof LogRow, string>> = {
  kind: "0",
  precedence: "precedence",
  unit: "unit",
  hash: "toUInt64(0)",
  known: "toUInt64(0)",
  ts_ms: "toInt64(0)",
  at_ms: "toUnixTimestamp64Milli(received_at)",
  a: "''",
  b: "''",
  phase: "toUInt32(0)",
  number: "toFloat64(0)",
  session: "''",
  metadata: "''",
  bot: "toUInt8(0)",
};
const ts = { ts_ms: "toUnixTimestamp64Milli(ts)" };
const said = { session: "session", metadata: "metadata", bot: "bot" };

/** As partitionOf: the first two bytes of the unit, by the number of partitions. */
const partition = (unit: string): string => `bitShiftRight(${unit}, 48) % {partitions:UInt64}`;
/** Of units in other partitions, those that are linked to one of this. */
const guests = `(
    SELECT g.unit FROM (
      SELECT i.unit AS unit, argMax(i.known, i.precedence) AS known FROM ${tables.identities.name} AS i
      WHERE i.env = {env:String} AND i.precedence >= {floor:UInt64} GROUP BY i.unit
    ) AS g WHERE ${partition("g.known")} = {partition:UInt64}
  )`;
const ofUnits = `(${partition("unit")} = {partition:UInt64} OR unit IN ${guests})`;

function branch(table: string, kind: number, columns: Columns, whose = ofUnits): string {
  const texts = Object.entries({ ...absent, ...columns }).map(([name, text]) =>
    name === "kind" ? `toUInt8(${kind}) AS kind` : text === name ? name : `${text} AS ${name}`,
  );
  return `SELECT ${texts.join(", ")} FROM ${table}
  WHERE env = {env:String} AND precedence >= {floor:UInt64} AND precedence <= {ceiling:UInt64} AND ${whose}`;
}

const text = (name: string): string => `toString(${name})`;

export const logRowsSql = `
SELECT ${Object.keys(absent).join(", ")} FROM (
${[
  branch(
    tables.definitions.name,
    kindOf.definition,
    { unit: "toUInt64(0)", metadata: "definition", phase: "phase" },
    "true",
  ),
  branch(tables.deletions.name, kindOf.deletion, {}),
  branch(tables.covariates.name, kindOf.covariate, {
    a: text("experiment"),
    b: text("metric"),
    phase: "phase",
    number: "first",
  }),
  branch(tables.identities.name, kindOf.identity, { known: "known", ...ts }),
  branch(tables.consents.name, kindOf.consent, { hash: "event_id", number: "toFloat64(analytics)", ...ts }),
  branch(tables.exposures.name, kindOf.exposure, {
    hash: "event_id",
    a: text("experiment"),
    b: text("variant"),
    phase: "phase",
    ...ts,
    ...said,
  }),
  branch(tables.events.name, kindOf.event, {
    hash: "event_id",
    a: text("event"),
    number: "value",
    ...ts,
    ...said,
  }),
  branch(tables.bots.name, kindOf.bot, {}),
].join("\n  UNION ALL ")}
)
WHERE (precedence, kind, unit) < ({ceiling:UInt64}, {kind:UInt8}, {unit:UInt64})
ORDER BY precedence DESC, kind DESC, unit DESC
LIMIT {rows:UInt64}`;
