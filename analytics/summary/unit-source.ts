import { tables } from "../schema/tables.ts";
import { countedUnit, unitsSaid } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** Rows `s` that say which unit is in which variant, and since when: an experiment's exposures, or decisions. */
export interface UnitSource {
  readonly from: string;
  /** Whether its rows have their places in the log of events, where consents have theirs. */
  readonly isOfEvents: boolean;
  condition(scope: Scope): string;
}

const exposed = (row: string): string =>
  `${row}.experiment = {experiment:String} AND ${row}.phase = {phase:UInt32}`;

export const exposuresOf: UnitSource = {
  from: `${tables.exposures.name} AS s FINAL`,
  isOfEvents: true,
  condition: () => exposed("s"),
};

/**
 * Decisions in the shape of exposures. A decision that was written twice is the same decision: it moves no first time, and
 * names no other variant. A unit that opted out is set aside whole, so that no consent is looked up by its place.
 */
const decisions = (variant: string, condition: string): string => `(
        SELECT d.env AS env, d.ts AS ts, d.unit AS unit, ${variant} AS variant, '' AS session, '' AS metadata,
          d.received_at AS received_at, d.precedence AS precedence
        FROM ${tables.decisions.name} AS d
        WHERE d.env = {env:String} AND ${condition}
      ) AS s`;

const dealt =
  "d.flag = {flag:String} AND d.experiment = {experiment:String} AND d.phase = {phase:UInt32} AND d.code = 'experiment_assigned'";

/** Units that the experiment was dealt to and that never met it: assigned, not exposed. Parameter `flag`. */
export const assignedOnly: UnitSource = {
  from: decisions("d.variant", dealt),
  isOfEvents: false,
  condition: (scope) =>
    `${countedUnit(scope, "s")} NOT IN ${unitsSaid(scope, tables.exposures.name, exposed("t"))}`,
};

/** Of exposed units, how many were dealt to by a decision that is known. */
export const exposedSql = (scope: Scope): string => `
SELECT count() AS exposed, countIf(x.unit IN ${unitsSaid(scope, tables.decisions.name, dealt.replaceAll("d.", "t."))}) AS dealt
FROM (SELECT DISTINCT e.unit AS unit FROM ${unitsSaid(scope, tables.exposures.name, exposed("t"))} AS e) AS x`;

/** The two groups of a holdout. */
export const heldOut = "held_out";
export const notHeldOut = "not_held_out";

/**
 * Units that were asked whether a holdout keeps them, by a gateway, since it was seen to keep one. Parameters `flags`,
 * `codes` (those that come after that question) and `until`.
 */
export const askedHoldout: UnitSource = {
  from: decisions(
    `if(d.code = 'holdout', '${heldOut}', '${notHeldOut}')`,
    `d.flag IN {flags:Array(String)} AND d.source = 'gateway' AND d.code IN {codes:Array(String)}
          AND d.ts < fromUnixTimestamp64Milli({until:Int64}) AND d.ts >= (
            SELECT min(h.ts) FROM ${tables.decisions.name} AS h
            WHERE h.env = {env:String} AND h.flag IN {flags:Array(String)} AND h.source = 'gateway' AND h.code = 'holdout'
          )`,
  ),
  isOfEvents: false,
  condition: () => "true",
};
