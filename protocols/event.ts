import { z } from "zod";
import { DecisionCode, Reason } from "./decision.ts";
import { EventId, ExperimentKey, FlagKey, Key, UnitId, UnitType } from "./ids.ts";
import { Json } from "./json.ts";
import { Instant } from "./time.ts";

// Events as clients send them. Several spellings of one thing are accepted; all become one IngestedEvent.

export const eventTypes = [
  "exposure",
  "metric",
  "decision",
  "identify",
  "consent",
  "slot",
  "reward",
  "shadow",
] as const;
export type EventType = (typeof eventTypes)[number];

/** At most this many events a request: 10 000 × 100 B typical = 1 MB, the body limit. */
export const eventsPerRequestMax = 10_000;
/** A clock may run ahead of ours by a day … */
export const futureMsMax = 86_400_000;
/** … and an event may be 90 days late, unless the token may backfill. */
export const pastMsMax = 90 * 86_400_000;

/** Sums and products of sums of such values stay far below overflow, for as many events as a unit may have. */
export const valueMax = 1e50;

/** Characters of JSON that the metadata of one event may have: a hundred members of eighty. */
export const metadataLengthMax = 8_192;
/** A ranking of more places than anybody scrolls through. */
export const slotItemsMax = 500;
/** A client whose clock is off by more than this has its events' times corrected, when it says what time it has. */
export const clockSkewMsMax = 5_000;

export const RawKey = z.string().min(1).max(1_024);

/** What an event carries beside what it says. */
const Metadata = z
  .record(z.string().max(100), Json)
  .refine((members) => JSON.stringify(members).length <= metadataLengthMax, {
    message: `must have at most ${metadataLengthMax} characters as JSON`,
  });

const who = {
  /** Absent: the server makes one, and a retry of the request counts anew. */
  id: EventId.optional(),
  ts: Instant.optional(),
  /** The raw key (`userId` or `unit`), or the pseudonym (`unitId`). Exactly one. */
  userId: RawKey.optional(),
  unit: RawKey.optional(),
  unitId: UnitId.optional(),
  unitType: UnitType.optional(),
};

const common = {
  ...who,
  sessionId: RawKey.optional(),
  metadata: Metadata.optional(),
  /** Declares the unit to be a bot. */
  bot: z.boolean().optional(),
};

export const EventName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$/);

/** In full (experiment and variant), or by the token an assignment gave. */
export const ExposureInput = z.strictObject({
  ...common,
  type: z.literal("exposure").optional(),
  exposureToken: z.string().max(2_048).optional(),
  experimentKey: ExperimentKey.optional(),
  experiment: ExperimentKey.optional(),
  flagKey: FlagKey.optional(),
  variant: Key.optional(),
});
export type ExposureInput = z.infer<typeof ExposureInput>;

export const OutcomeInput = z.strictObject({
  ...common,
  type: z.literal("metric").optional(),
  eventName: EventName.optional(),
  name: EventName.optional(),
  /** Absent counts as 1. */
  value: z.number().min(-valueMax).max(valueMax).optional(),
  currency: z.string().max(8).optional(),
  properties: Metadata.optional(),
});
export type OutcomeInput = z.infer<typeof OutcomeInput>;

/** A decision that a client made by itself. */
export const DecisionInput = z.strictObject({
  ...common,
  type: z.literal("decision").optional(),
  flagKey: FlagKey,
  variation: Key,
  reason: Reason.optional(),
  code: DecisionCode.optional(),
  experimentKey: ExperimentKey.optional(),
  variant: Key.optional(),
  /** Chance with which this unit got this variation. */
  propensity: z.number().gt(0).max(1).optional(),
  /** Of the plan that decided. */
  version: z.number().int().min(1).optional(),
});
export type DecisionInput = z.infer<typeof DecisionInput>;

const Item = z.string().min(1).max(200);

/** A ranking was shown, from the top. */
export const SlotInput = z.strictObject({
  ...common,
  type: z.literal("slot").optional(),
  ranking: EventId,
  items: z
    .array(
      z.strictObject({
        item: Item,
        /** Who put it there, where several rankers took part. */
        ranker: Key.optional(),
        propensity: z.number().gt(0).max(1).optional(),
      }),
    )
    .min(1)
    .max(slotItemsMax),
  experimentKey: ExperimentKey.optional(),
  variant: Key.optional(),
});
export type SlotInput = z.infer<typeof SlotInput>;

/** What a decision or a ranking was worth. */
export const RewardInput = z.strictObject({
  ...common,
  type: z.literal("reward").optional(),
  /** Id of the decision, or the ranking's name. */
  of: EventId,
  name: EventName.default("reward"),
  value: z.number().min(-valueMax).max(valueMax),
  item: Item.optional(),
});
export type RewardInput = z.infer<typeof RewardInput>;

const Compared = Json.refine((value) => JSON.stringify(value).length <= metadataLengthMax, {
  message: `must have at most ${metadataLengthMax} characters as JSON`,
});
const Took = z.number().min(0).max(86_400_000);

/** What a candidate would have answered beside what was served. */
export const ShadowInput = z.strictObject({
  ...common,
  type: z.literal("shadow").optional(),
  flagKey: FlagKey,
  served: Compared,
  candidate: Compared,
  servedMs: Took.optional(),
  candidateMs: Took.optional(),
  error: z.string().max(500).optional(),
});
export type ShadowInput = z.infer<typeof ShadowInput>;

/** The unit, so far unknown, is this known one: of each exactly one form. */
export const IdentifyInput = z.strictObject({
  type: z.literal("identify").optional(),
  id: EventId.optional(),
  ts: Instant.optional(),
  anonymousId: RawKey.optional(),
  unit: RawKey.optional(),
  unitId: UnitId.optional(),
  unitType: UnitType.optional(),
  userId: RawKey.optional(),
  known: RawKey.optional(),
  knownId: UnitId.optional(),
  knownType: UnitType.optional(),
});
export type IdentifyInput = z.infer<typeof IdentifyInput>;

/** Whether the unit lets itself be counted. */
export const ConsentInput = z.strictObject({
  ...who,
  type: z.literal("consent").optional(),
  analytics: z.boolean(),
});
export type ConsentInput = z.infer<typeof ConsentInput>;

/** Several events, of which each names its type where the route takes more than one. */
export const EventsInput = z.strictObject({
  events: z.array(z.record(z.string(), Json)).max(eventsPerRequestMax),
  /** What time the client has as it sends this. */
  sentAt: Instant.optional(),
});

/** What became of one request's events. HTTP 202. */
export interface IngestReceipt {
  readonly status: "ok";
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly errors: readonly { readonly index: number; readonly code: string; readonly message: string }[];
  /** Events of units without consent: neither stored nor wrong. Absent when there are none. */
  readonly optedOut?: number;
  /** Their places. */
  readonly optedOutAt?: readonly number[];
}
