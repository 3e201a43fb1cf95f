import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import {
  consentJoin,
  countedUnit,
  inRange,
  linkJoin,
  notDeleted,
  notDropped,
  reasonOf,
  rowCondition,
} from "./scope.ts";
import type { Scope } from "./scope.ts";
import { exposuresOf } from "./unit-source.ts";
import type { UnitSource } from "./unit-source.ts";

/** How long an event may wait for its exposure (R3). */
const waitDaysMax = 7;

export interface UnitColumns {
  /** Whether later exposures are looked at, which may cover an event that the first does not. */
  readonly covers: boolean;
  readonly session: boolean;
  /** The sessions that its exposures name, with when. */
  readonly visits: boolean;
  readonly day: boolean;
  /** A member of the exposure's metadata, as a parameter's name. */
  readonly dimension?: string;
  /** Absent: the experiment's exposures. */
  readonly source?: UnitSource | undefined;
}

/**
 * One row a unit: its variant, t0, from when on an event must have come in to have waited no longer for the exposure at
 * t0 than it may (`waits`), the same for whichever exposure came in first (`earliest`), and why it is set aside. Unique
 * by construction, so that a join with it counts nothing twice.
 */
export function unitsSql(
  scope: Scope,
  { experiment }: ExperimentDefinition,
  { covers, session, visits, day, dimension, source = exposuresOf }: UnitColumns,
): string {
  const unit = countedUnit(scope, "s");
  // Only what equal times could make ambiguous, and matters, is told apart by the place in the log (R2).
  const first = "(s.ts, -toInt64(s.precedence))";
  const extra = [
    ...(covers
      ? [
          `arrayFilter(p -> p.2 < waits, groupArray((s.ts, s.received_at - toIntervalDay(${waitDaysMax})))) AS covers`,
        ]
      : []),
    ...(session ? [`argMin(s.session, ${first}) AS first_session`] : []),
    ...(visits ? [`groupUniqArrayIf((s.session, s.ts), s.session != '') AS visits`] : []),
    ...(day ? ["toInt32(floor(toUnixTimestamp64Milli(min(s.ts)) / 86400000)) AS first_day"] : []),
    ...(dimension === undefined
      ? []
      : [`argMin(JSONExtractRaw(s.metadata, {${dimension}:String}), ${first}) AS member`]),
  ];
  const carried = [
    covers ? "covers" : "",
    session ? "first_session" : "",
    visits ? "visits" : "",
    day ? "first_day" : "",
    dimension === undefined ? "" : "member",
  ];
  return `
    SELECT y.counted AS unit, y.variant AS variant, y.t0 AS t0, y.waits AS waits, y.earliest AS earliest,
      ${reasonOf(scope, "y.counted", "y.crossed", experiment.bots === "included")} AS reason${carried
        .filter((name) => name !== "")
        .map((name) => `, y.${name} AS ${name}`)
        .join("")}
    FROM (
      SELECT ${unit} AS counted, argMin(s.variant, s.ts) AS variant, min(s.ts) AS t0,
        argMin(s.received_at, s.ts) - toIntervalDay(${waitDaysMax}) AS waits,
        min(s.received_at) - toIntervalDay(${waitDaysMax}) AS earliest,
        min(s.variant) != max(s.variant) AS crossed${extra.map((text) => `,\n        ${text}`).join("")}
      FROM ${source.from}
      ${linkJoin(scope, "s")}
      ${source.isOfEvents ? consentJoin(scope, "s") : ""}
      WHERE ${rowCondition(scope, "s")} AND ${source.condition(scope)}${inRange(scope, unit)}${source.isOfEvents ? notDropped(scope, "s") : ""}
      GROUP BY counted
    ) AS y
    WHERE true${notDeleted(scope, "y.counted")}`;
}

/** Whether an event of the joined row counts for its unit at all (R3). */
export const eventCounts = (covers: boolean): string =>
  covers
    ? "e.ts >= x.t0 AND (e.received_at >= x.waits OR arrayExists(p -> p.1 <= e.ts AND p.2 <= e.received_at, x.covers))"
    : "e.ts >= x.t0 AND e.received_at >= x.waits";

/** Whether that takes a look at the later exposures: rare, so that they are gathered only where it is so. */
export const eventIsUnsure = "e.ts >= x.t0 AND e.received_at < x.waits AND e.received_at >= x.earliest";
