import type {
  ConsentInput,
  DecisionInput,
  IdentifyInput,
  RewardInput,
  ShadowInput,
  SlotInput,
} from "../../protocols/event.ts";
import { defaultUnitType, type UnitId } from "../../protocols/ids.ts";
import type {
  ConsentRecord,
  DecisionEventRecord,
  IdentifyRecord,
  RewardRecord,
  ShadowRecord,
  SlotRecord,
} from "../../protocols/log-record.ts";
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

// The kinds of events that are not counted by metrics.

type Common = Pick<DecisionEventRecord, "id" | "ts" | "at" | "unit" | "session" | "metadata" | "bot">;

function commonOf(
  input: Pick<
    SlotInput,
    "id" | "ts" | "userId" | "unit" | "unitId" | "unitType" | "sessionId" | "metadata" | "bot"
  >,
  scope: ResolveScope,
): Common | Rejection {
  const ts = timeOf(input.ts, scope);
  if (typeof ts !== "number") return ts;
  const unit = unitOf(input, defaultUnitType, scope);
  if (typeof unit !== "string") return unit;
  return {
    id: input.id ?? scope.makeId(),
    ts,
    at: scope.now,
    unit,
    ...sessionOf(input.sessionId, scope),
    ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
    ...botOf(input.bot),
  };
}

export function resolveDecision(input: DecisionInput, scope: ResolveScope): Resolved<DecisionEventRecord> {
  const common = commonOf(input, scope);
  if ("code" in common) return common;
  const { flagKey, variation, reason, code, experimentKey, variant, propensity, version } = input;
  const phase = experimentKey === undefined ? undefined : scope.plan.experiments.get(experimentKey)?.phase;
  return {
    type: "decision",
    ...common,
    flag: flagKey,
    variation,
    ...(reason === undefined ? {} : { reason }),
    ...(code === undefined ? {} : { code }),
    ...(experimentKey === undefined ? {} : { experiment: experimentKey }),
    ...(phase === undefined ? {} : { phase }),
    ...(variant === undefined ? {} : { variant }),
    ...(propensity === undefined ? {} : { propensity }),
    ...(version === undefined ? {} : { version }),
  };
}

export function resolveSlot(input: SlotInput, scope: ResolveScope): Resolved<SlotRecord> {
  const common = commonOf(input, scope);
  if ("code" in common) return common;
  const { ranking, items, experimentKey, variant } = input;
  return {
    type: "slot",
    ...common,
    ranking,
    items: items.map(({ item, ranker, propensity }) => ({
      item,
      ...(ranker === undefined ? {} : { ranker }),
      ...(propensity === undefined ? {} : { propensity }),
    })),
    ...(experimentKey === undefined ? {} : { experiment: experimentKey }),
    ...(variant === undefined ? {} : { variant }),
  };
}

export function resolveReward(input: RewardInput, scope: ResolveScope): Resolved<RewardRecord> {
  const common = commonOf(input, scope);
  if ("code" in common) return common;
  const { of, name, value, item } = input;
  return { type: "reward", ...common, of, name, value, ...(item === undefined ? {} : { item }) };
}

export function resolveShadow(input: ShadowInput, scope: ResolveScope): Resolved<ShadowRecord> {
  const common = commonOf(input, scope);
  if ("code" in common) return common;
  const { flagKey, served, candidate, servedMs, candidateMs, error } = input;
  return {
    type: "shadow",
    ...common,
    flag: flagKey,
    served,
    candidate,
    ...(servedMs === undefined ? {} : { servedMs }),
    ...(candidateMs === undefined ? {} : { candidateMs }),
    ...(error === undefined ? {} : { error }),
  };
}

export function resolveConsent(input: ConsentInput, scope: ResolveScope): Resolved<ConsentRecord> {
  const common = commonOf(input, scope);
  if ("code" in common) return common;
  const { id, ts, at, unit } = common;
  return { type: "consent", id, ts, at, unit, analytics: input.analytics };
}

export function resolveIdentify(input: IdentifyInput, scope: ResolveScope): Resolved<IdentifyRecord> {
  const ts = timeOf(input.ts, scope);
  if (typeof ts !== "number") return ts;
  const unit = oneOf(input, scope);
  if (typeof unit !== "string") return unit;
  const known = knownOf(input, scope);
  if (typeof known !== "string") return known;
  return { type: "identify", id: input.id ?? scope.makeId(), ts, at: scope.now, unit, known };
}

function oneOf(
  { anonymousId, unit, unitId, unitType }: IdentifyInput,
  scope: ResolveScope,
): UnitId | Rejection {
  const found = only([anonymousId, unit, unitId], "anonymousId, unit and unitId");
  if (typeof found !== "string") return found;
  return unitId ?? scope.plan.units.ofType(unitType ?? defaultUnitType, found);
}

function knownOf(
  { userId, known, knownId, knownType }: IdentifyInput,
  scope: ResolveScope,
): UnitId | Rejection {
  const found = only([userId, known, knownId], "userId, known and knownId");
  if (typeof found !== "string") return found;
  return knownId ?? scope.plan.units.ofType(knownType ?? defaultUnitType, found);
}

function only(forms: readonly (string | undefined)[], names: string): string | Rejection {
  const given = forms.filter((form) => form !== undefined);
  if (given.length > 1) return reject("invalid_event", `needs only one of ${names}`);
  return given[0] ?? reject("missing_unit", `needs one of ${names}`);
}
