import { unitIdOf } from "../../evaluation/unit.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { QueuedEvent, QueuedExposure, QueuedOutcome } from "./event-queue.ts";

/** What is needed to make pseudonyms of raw keys. */
export interface Pseudonyms {
  readonly unitSalt: string;
  readonly unitType: string;
}

/** The body of one request. Raw keys are hashed here at the latest: they never leave the process. */
export function encodeEvents(events: readonly QueuedEvent[], pseudonyms: Pseudonyms): string {
  return JSON.stringify({
    events: events.map((event) => (event.type === "exposure" ? exposure(event) : outcome(event, pseudonyms))),
  });
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
  unitId: "unitId" in unit ? unit.unitId : pseudonym(unit.rawKey, pseudonyms),
  name,
  value,
  properties,
});

const pseudonym = (rawKey: string, { unitSalt, unitType }: Pseudonyms): UnitId =>
  unitIdOf(unitSalt, unitType, rawKey);
