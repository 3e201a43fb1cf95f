import { futureMsMax, pastMsMax } from "../../protocols/event.ts";
import type { UnitId, UnitType } from "../../protocols/ids.ts";
import type { LivePlan } from "../live-plan.ts";

// What events are resolved against, and what all kinds have in common: a time, a unit, a session.

export const rejectionCodes = [
  "malformed_json",
  "invalid_event",
  "missing_unit",
  "timestamp_out_of_range",
  "unknown_experiment",
  "unknown_variant",
  "invalid_token",
  "id_reused",
  "identity_conflict",
] as const;

export interface Rejection {
  readonly code: (typeof rejectionCodes)[number];
  readonly message: string;
  /** The message as it may be stored, where that is another. */
  readonly kept?: string;
}

export const reject = (code: Rejection["code"], message: string): Rejection => ({ code, message });

export type Resolved<EventRecord> = EventRecord | Rejection;

export interface ResolveScope {
  readonly plan: LivePlan;
  readonly now: number;
  /** Added to every time that a client gave: its clock is off by that much. */
  readonly skewMs: number;
  /** The token may bring in events of any age. */
  readonly backfill: boolean;
  readonly exposureSecret: string;
  makeId(): string;
}

interface UnitFields {
  readonly userId?: string | undefined;
  readonly unit?: string | undefined;
  readonly unitId?: UnitId | undefined;
  readonly unitType?: UnitType | undefined;
}

export function timeOf(
  given: number | undefined,
  { now, skewMs, backfill }: ResolveScope,
): number | Rejection {
  if (given === undefined) return now;
  const ts = given + skewMs;
  if (ts > now + futureMsMax)
    return reject("timestamp_out_of_range", "ts is more than 24 hours in the future");
  if (ts < now - pastMsMax && !backfill)
    return reject(
      "timestamp_out_of_range",
      "ts is more than 90 days in the past; a backfill token may send it",
    );
  return ts;
}

export function unitOf(input: UnitFields, unitType: UnitType, { plan }: ResolveScope): UnitId | Rejection {
  const { userId, unit, unitId } = input;
  const given = Number(userId !== undefined) + Number(unit !== undefined) + Number(unitId !== undefined);
  if (given === 0) return reject("missing_unit", "needs one of userId, unit and unitId");
  if (given > 1) return reject("invalid_event", "needs only one of userId, unit and unitId");
  return unitId ?? plan.units.ofType(input.unitType ?? unitType, userId ?? unit ?? "");
}

/** A session id may name a person, so it is stored as a pseudonym, too. */
export const sessionOf = (sessionId: string | undefined, { plan }: ResolveScope): { session?: string } =>
  sessionId === undefined ? {} : { session: plan.units.ofType("session", sessionId) };

export const botOf = (bot: boolean | undefined): { bot?: true } => (bot === true ? { bot } : {});
