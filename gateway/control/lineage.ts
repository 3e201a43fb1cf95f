import { EventName } from "../../protocols/event.ts";
import { MetricKey } from "../../protocols/ids.ts";
import type { EventLineage, MetricLineage } from "../../protocols/lineage.ts";
import type { Call, Room } from "../call.ts";
import type { Answer } from "../http.ts";
import { answer, ask, environmentActor } from "./ask.ts";
import { inPath } from "./publishing.ts";

/** `GET /v1/environments/{env}/metrics/{key}/lineage`. */
export async function getMetricLineage(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const metric = MetricKey.safeParse(call.params[1]);
  if (!metric.success)
    return call.problem({ code: "metric_not_found", metric: (call.params[1] ?? "").slice(0, 100) });
  const message = { type: "get_lineage", metric: metric.data };
  return answer(call, await ask<MetricLineage>(room, call, environmentActor(environment.value), message));
}

/** `GET /v1/environments/{env}/events/{name}/lineage`: of an event that nobody reads, empty lists. */
export async function getEventLineage(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const event = EventName.safeParse(call.params[1]);
  if (!event.success) {
    const issues = [{ path: "name", message: "is no name of an event" }];
    return call.problem({ code: "invalid_request", issues });
  }
  const message = { type: "get_lineage", event: event.data };
  return answer(call, await ask<EventLineage>(room, call, environmentActor(environment.value), message));
}
