import { futureMsMax, pastMsMax, type ExposureInput, type OutcomeInput } from "../../protocols/event.ts";
import {
  defaultUnitType,
  type ExperimentKey,
  type Key,
  type UnitId,
  type UnitType,
} from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import type { ExposureRecord, MetricRecord } from "../../protocols/log-record.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import { openExposure, type ExposureClaims } from "../evaluate/exposure-token.ts";
import type { LivePlan } from "../live-plan.ts";

// From what was sent to what is stored: pseudonyms for raw keys, the plan's facts for an exposure, one spelling of
// each thing.

export const rejectionCodes = [
  "malformed_json",
  "invalid_event",
  "missing_unit",
  "timestamp_out_of_range",
  "unknown_experiment",
  "unknown_variant",
  "invalid_token",
] as const;

export interface Rejection {
  readonly code: (typeof rejectionCodes)[number];
  readonly message: string;
}

export interface ResolveScope {
  readonly plan: LivePlan;
  readonly now: number;
  /** The token may bring in events of any age. */
  readonly backfill: boolean;
  readonly exposureSecret: string;
  makeId(): string;
}

export type Resolved<EventRecord> = EventRecord | Rejection;
export const isRejection = (resolved: object): resolved is Rejection => "code" in resolved;

const reject = (code: Rejection["code"], message: string): Rejection => ({ code, message });

interface UnitFields {
  readonly userId?: string | undefined;
  readonly unit?: string | undefined;
  readonly unitId?: UnitId | undefined;
  readonly unitType?: UnitType | undefined;
}

export function resolveExposure(input: ExposureInput, scope: ResolveScope): Resolved<ExposureRecord> {
  const ts = timeOf(input.ts, scope);
  if (typeof ts !== "number") return ts;
  const claims = claimsOf(input, scope);
  if (claims !== undefined && "code" in claims) return claims;
  const named = claims?.experiment ?? input.experimentKey ?? input.experiment;
  if (named === undefined)
    return reject("invalid_event", "needs an exposureToken, or an experimentKey and a variant");
  if (
    input.experiment !== undefined &&
    input.experimentKey !== undefined &&
    input.experiment !== input.experimentKey
  )
    return reject("invalid_event", "experiment and experimentKey differ");
  const experiment = scope.plan.experiments.get(named);
  if (experiment === undefined || !takesExposures(experiment))
    return reject("unknown_experiment", `there is no started experiment "${named}"`);
  const wanted = claims?.variant ?? input.variant;
  const variant = experiment.variants.find(({ key }) => key === wanted);
  if (variant === undefined)
    return reject(
      "unknown_variant",
      `"${named}" has no variant ${wanted === undefined ? "without a name" : `"${wanted}"`}`,
    );
  const unit = claims?.unit ?? unitOf(input, experiment.unit, scope);
  if (typeof unit !== "string") return unit;
  return {
    type: "exposure",
    id: input.id ?? claims?.id ?? scope.makeId(),
    ts,
    at: scope.now,
    unit,
    experiment: experiment.key as ExperimentKey,
    // The phase under which the variant was dealt: a token may be a day older than the plan.
    phase: claims?.phase ?? experiment.phase,
    variant: variant.key as Key,
    flag: experiment.flag,
    ...sessionOf(input.sessionId, scope),
    ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
  };
}

export function resolveOutcome(input: OutcomeInput, scope: ResolveScope): Resolved<MetricRecord> {
  const ts = timeOf(input.ts, scope);
  if (typeof ts !== "number") return ts;
  if (input.name !== undefined && input.eventName !== undefined && input.name !== input.eventName)
    return reject("invalid_event", "name and eventName differ");
  const name = input.eventName ?? input.name;
  if (name === undefined) return reject("invalid_event", "needs an eventName");
  const unit = unitOf(input, defaultUnitType, scope);
  if (typeof unit !== "string") return unit;
  return {
    type: "metric",
    id: input.id ?? scope.makeId(),
    ts,
    at: scope.now,
    unit,
    name,
    value: input.value ?? 1,
    ...sessionOf(input.sessionId, scope),
    ...metadataOf(input),
  };
}

/** Draft and archived experiments are not running for anybody. */
const takesExposures = ({ status }: PublishedExperiment): boolean =>
  status === "running" || status === "paused" || status === "completed";

function timeOf(ts: number | undefined, { now, backfill }: ResolveScope): number | Rejection {
  if (ts === undefined) return now;
  if (ts > now + futureMsMax)
    return reject("timestamp_out_of_range", "ts is more than 24 hours in the future");
  if (ts < now - pastMsMax && !backfill)
    return reject(
      "timestamp_out_of_range",
      "ts is more than 90 days in the past; a backfill token may send it",
    );
  return ts;
}

function claimsOf(
  { exposureToken }: ExposureInput,
  scope: ResolveScope,
): ExposureClaims | Rejection | undefined {
  if (exposureToken === undefined) return undefined;
  const claims = openExposure(exposureToken, scope.exposureSecret, scope.now);
  if (claims === undefined)
    return reject("invalid_token", "the exposureToken is not one of ours, or has expired");
  return claims.environment === scope.plan.environment
    ? claims
    : reject("invalid_token", "the exposureToken belongs to another environment");
}

function unitOf(input: UnitFields, unitType: UnitType, { plan }: ResolveScope): UnitId | Rejection {
  const { userId, unit, unitId } = input;
  const given = Number(userId !== undefined) + Number(unit !== undefined) + Number(unitId !== undefined);
  if (given === 0) return reject("missing_unit", "needs one of userId, unit and unitId");
  if (given > 1) return reject("invalid_event", "needs only one of userId, unit and unitId");
  return unitId ?? plan.units.ofType(input.unitType ?? unitType, userId ?? unit ?? "");
}

/** A session id may name a person, so it is stored as a pseudonym, too. */
const sessionOf = (sessionId: string | undefined, { plan }: ResolveScope): { session?: string } =>
  sessionId === undefined ? {} : { session: plan.units.ofType("session", sessionId) };

function metadataOf({ metadata, properties, currency }: OutcomeInput): {
  metadata?: Readonly<Record<string, Json>>;
} {
  if (currency === undefined && properties === undefined) return metadata === undefined ? {} : { metadata };
  return { metadata: { ...metadata, ...properties, ...(currency === undefined ? {} : { currency }) } };
}
