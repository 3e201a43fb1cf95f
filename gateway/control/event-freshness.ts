import type { EventFreshness, FreshnessRecord } from "../../protocols/freshness.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import { buckets, escapeToken } from "../../protocols/topology.ts";
import type { Room } from "../call.ts";

/** Whether the events that a running experiment reads still come; undefined when nobody looked, or it cannot be read. */
export async function eventFreshness(
  room: Room,
  environment: EnvironmentKey,
  experiment: ExperimentKey,
): Promise<readonly EventFreshness[] | undefined> {
  try {
    const bucket = await room.link()?.connection.bucket(buckets.freshness);
    const entry = await bucket?.get(escapeToken(environment));
    if (entry === undefined) return undefined;
    // Analytics wrote it, so its shape is trusted.
    const { events } = JSON.parse(new TextDecoder().decode(entry.value)) as FreshnessRecord;
    const own = events.filter(({ experiments }) => experiments.includes(experiment));
    return own.length === 0 ? undefined : own;
  } catch (error) {
    room.log.warn("event_freshness_not_read", { environment, experiment, error });
    return undefined; // a result without it is still a result
  }
}
