import { z } from "zod";
import { EventId, ExperimentKey, FlagKey, Key, UnitId, UnitType } from "./ids.ts";
import { Json } from "./json.ts";
import { Instant } from "./time.ts";

// Events as clients send them. Several spellings of one thing are accepted; all become one IngestedEvent.

/** At most this many events a request: 10 000 × 100 B typical = 1 MB, the body limit. */
export const eventsPerRequestMax = 10_000;
/** A clock may run ahead of ours by a day … */
export const futureMsMax = 86_400_000;
/** … and an event may be 90 days late, unless the token may backfill. */
export const pastMsMax = 90 * 86_400_000;

/** Sums and products of sums of such values stay far below overflow, for as many events as a unit may have. */
export const valueMax = 1e50;

const RawKey = z.string().min(1).max(1_024);

const common = {
  /** Absent: the server makes one, and a retry of the request counts anew. */
  id: EventId.optional(),
  ts: Instant.optional(),
  /** The raw key (`userId` or `unit`), or the pseudonym (`unitId`). Exactly one. */
  userId: RawKey.optional(),
  unit: RawKey.optional(),
  unitId: UnitId.optional(),
  unitType: UnitType.optional(),
  sessionId: RawKey.optional(),
  metadata: z.record(z.string().max(100), Json).optional(),
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
  properties: z.record(z.string().max(100), Json).optional(),
});
export type OutcomeInput = z.infer<typeof OutcomeInput>;

/** What became of one request's events. HTTP 202. */
export interface IngestReceipt {
  readonly status: "ok";
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly errors: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}
