import type { UnitHashRange } from "../../protocols/analytics-messages.ts";
import { tables } from "../schema/tables.ts";
import { precedenceFrom } from "../sink/precedence.ts";

// Which rows a statement sees, and which units are set aside: the parts that all of its sub-queries share.
//   C1. Names and values are parameters; only generated names enter the text.
//   C2. What an environment has none of (links, opt-outs, bots, deletions) is left out of the text, and costs nothing.

export type Parameters = Record<
  string,
  string | number | readonly string[] | readonly number[] | readonly bigint[]
>;

/** What there is in the environment besides exposures and events. */
export interface Facts {
  readonly identities: boolean;
  readonly optOuts: boolean;
  readonly bots: boolean;
  readonly deletions: boolean;
}

export interface Scope {
  readonly environment: string;
  readonly facts: Facts;
  /** Units, as they count, in this range only. */
  readonly range?: UnitHashRange;
  /** By partition, the last message of the stream that counts; absent: all of them. */
  readonly positions?: readonly number[];
}

/** What there is, in one statement. */
const anyOf = (name: keyof Facts, table: string, condition = "true"): string =>
  `(SELECT count() FROM ${table} WHERE env = {env:String} AND ${condition}) > 0 AS ${name}`;
export const factsSql = `SELECT ${[
  anyOf("identities", tables.identities.name),
  anyOf("optOuts", tables.consents.name, "analytics = 0"),
  anyOf("bots", tables.bots.name),
  anyOf("deletions", tables.deletions.name),
].join(", ")}`;

export function scopeParameters({ environment, range, positions }: Scope): Parameters {
  return {
    env: environment,
    ...(range === undefined ? {} : { unit_from: range.from, unit_to: range.to }),
    ...(positions === undefined
      ? {}
      : { bounds: positions.map((position) => BigInt(precedenceFrom(position))) }),
  };
}

/** Of one row: its environment, and that it lies in the part of the log that counts. */
export function rowCondition({ positions }: Scope, alias: string): string {
  const own = `${alias}.env = {env:String}`;
  if (positions === undefined) return own;
  // As partitionOf: the first two bytes of the unit, by the number of partitions.
  const partition = `bitShiftRight(${alias}.unit, 48) % ${positions.length} + 1`;
  return `${own} AND ${alias}.precedence >= {bounds:Array(UInt64)}[${partition}]`;
}

export const inRange = ({ range }: Scope, unit: string): string =>
  range === undefined ? "" : ` AND ${unit} >= {unit_from:UInt64} AND ${unit} <= {unit_to:UInt64}`;

/** Joins the links to `alias`, where there are any. */
export const linkJoin = (scope: Scope, alias: string): string =>
  scope.facts.identities
    ? `LEFT JOIN (
    SELECT i.unit AS unit, i.known AS known, i.precedence AS precedence FROM ${tables.identities.name} AS i FINAL WHERE ${rowCondition(scope, "i")}
  ) AS l ON ${alias}.unit = l.unit`
    : "";

/** The unit that a row counts for; a hash of 0 marks the absent link. */
export const countedUnit = ({ facts }: Scope, alias: string): string =>
  facts.identities ? `if(l.known = 0, ${alias}.unit, l.known)` : `${alias}.unit`;

/** The units, as they count, of which a table says something. */
export function unitsSaid(scope: Scope, table: string, condition: string): string {
  return `(
    SELECT ${countedUnit(scope, "u")} AS unit FROM (
      SELECT DISTINCT t.unit AS unit FROM ${table} AS t FINAL WHERE ${rowCondition(scope, "t")} AND ${condition}
    ) AS u ${linkJoin(scope, "u")}
  )`;
}

/** Why units are set aside, by number, in the order in which the reasons go (R8). */
export const reasons = { counted: 0, optedOut: 1, bot: 2, crossover: 3 } as const;

export function reasonOf(scope: Scope, unit: string, crossed: string, botsCount: boolean): string {
  const { optOuts, bots } = scope.facts;
  const optedOut = optOuts
    ? `${unit} IN ${unitsSaid(scope, tables.consents.name, "t.analytics = 0")}, ${reasons.optedOut}, `
    : "";
  const bot =
    bots && !botsCount ? `${unit} IN ${unitsSaid(scope, tables.bots.name, "true")}, ${reasons.bot}, ` : "";
  return `multiIf(${optedOut}${bot}${crossed}, ${reasons.crossover}, ${reasons.counted})`;
}

/** A unit leaves with any of its identities (R11). */
export const notDeleted = (scope: Scope, unit: string): string =>
  scope.facts.deletions ? ` AND ${unit} NOT IN ${unitsSaid(scope, tables.deletions.name, "true")}` : "";

/** Of opted-out units: what each said, in the order of the log from its end. */
export const consentJoin = (scope: Scope, alias: string): string =>
  scope.facts.optOuts
    ? `LEFT JOIN (
    SELECT c.unit AS unit, arraySort(groupArray((c.precedence, c.analytics))) AS said
    FROM ${tables.consents.name} AS c FINAL WHERE ${rowCondition(scope, "c")}
    GROUP BY c.unit HAVING min(c.analytics) = 0
  ) AS o ON ${alias}.unit = o.unit`
    : "";

/** A record is dropped when the last word of its unit before it was an opt-out (R6). */
export const notDropped = ({ facts }: Scope, alias: string): string =>
  facts.optOuts
    ? ` AND (empty(o.said) OR arrayFirst(w -> w.1 > ${alias}.precedence, o.said).1 = 0 OR arrayFirst(w -> w.1 > ${alias}.precedence, o.said).2 = 1)`
    : "";
