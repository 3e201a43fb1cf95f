import { unitIdOf } from "../../evaluation/unit.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { QueuedConsent, QueuedEvent, QueuedExposure, QueuedOutcome, Unit } from "./event-queue.ts";

/** What is needed to make pseudonyms of raw keys. */
export interface Pseudonyms {
  readonly unitSalt: string;
  readonly unitType: string;
}

/**
 * The body of one request. Raw keys are hashed here at the latest: they never leave the process. `sentAt` lets the
 * service correct a clock that is off.
 */
export const encodeEvents = (
  events: readonly QueuedEvent[],
  pseudonyms: Pseudonyms,
  sentAt: number,
): string => JSON.stringify({ sentAt, events: events.map((event) => encode(event, pseudonyms)) });

function encode(event: QueuedEvent, pseudonyms: Pseudonyms): unknown {
  switch (event.type) {
    case "exposure":
      return exposure(event);
    case "metric":
      return outcome(event, pseudonyms);
    case "consent":
      return consent(event, pseudonyms);
  }
}

const exposure = ({ id, ts, unitId, experiment, flagKey, variant }: QueuedExposure): unknown => ({
  type: "exposure",
  id,
  ts,
  unitId,
  experiment,
  flagKey,
  variant,
});

const outcome = (
  { id, ts, unit, name, value, properties }: QueuedOutcome,
  pseudonyms: Pseudonyms,
): unknown => ({
  type: "metric",
  id,
  ts,
  unitId: unitIdIn(unit, pseudonyms),
  name,
  value,
  properties,
});

const consent = ({ id, ts, unit, analytics }: QueuedConsent, pseudonyms: Pseudonyms): unknown => ({
  type: "consent",
  id,
  ts,
  unitId: unitIdIn(unit, pseudonyms),
  analytics,
});

export const unitIdIn = (unit: Unit, { unitSalt, unitType }: Pseudonyms): UnitId =>
  "unitId" in unit ? unit.unitId : unitIdOf(unitSalt, unitType, unit.rawKey);
