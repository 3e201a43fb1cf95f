import type { ExposureInput, OutcomeInput } from "../../protocols/event.ts";
import { defaultUnitType, type ExperimentKey, type Key } from "../../protocols/ids.ts";
import type { ExposureRecord, MetricRecord } from "../../protocols/log-record.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import { openExposure, type ExposureClaims } from "../evaluate/exposure-token.ts";
import {
  botOf,
  reject,
  sessionOf,
  timeOf,
  unitOf,
  type Rejection,
  type Resolved,
  type ResolveScope,
} from "./scope.ts";

// From what was sent to what is stored: pseudonyms for raw keys, the plan's facts for an exposure, one spelling of
// each thing.

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
  const record: ExposureRecord = {
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
  };
  return isPlain(input) && input.metadata === undefined
    ? record
    : { ...record, ...alsoOf(input, input.metadata, scope) };
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
  const id = input.id ?? scope.makeId();
  const record: MetricRecord = { type: "metric", id, ts, at: scope.now, unit, name, value: input.value ?? 1 };
  const metadata = metadataOf(input);
  return isPlain(input) && metadata === undefined ? record : { ...record, ...alsoOf(input, metadata, scope) };
}

/** Most events say nothing beside what they are, and are spared the copying. */
const isPlain = ({ sessionId, bot }: Also): boolean => sessionId === undefined && bot !== true;

type Also = Pick<OutcomeInput, "sessionId" | "bot">;

const alsoOf = (
  { sessionId, bot }: Also,
  metadata: MetricRecord["metadata"],
  scope: ResolveScope,
): Pick<MetricRecord, "session" | "metadata" | "bot"> => ({
  ...sessionOf(sessionId, scope),
  ...(metadata === undefined ? {} : { metadata }),
  ...botOf(bot),
});

/** Draft and archived experiments are not running for anybody. */
const takesExposures = ({ status }: PublishedExperiment): boolean =>
  status === "running" || status === "paused" || status === "completed";

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

function metadataOf({ metadata, properties, currency }: OutcomeInput): MetricRecord["metadata"] {
  if (currency === undefined && properties === undefined) return metadata;
  return { ...metadata, ...properties, ...(currency === undefined ? {} : { currency }) };
}
