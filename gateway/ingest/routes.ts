import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { planFor } from "../evaluate/decide.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { rawEventsOf } from "./body.ts";
import type { EventType } from "./ingest.ts";

/** `POST /v1/exposures`, `/v1/events/outcome` and their short names. 202 once the log has every event. */
export const postEvents =
  (type: EventType) =>
  async (room: Room, call: Call, body: string): Promise<Answer> => {
    if (!room.ingest.hasRoomFor(body.length)) {
      room.counts.shed++;
      return call.problem({ code: "overloaded", retryAfterMs: 1_000 });
    }
    const events = rawEventsOf(call.head.header("content-type"), body);
    if (!events.ok) return call.problem(events.failure);
    const plan = planFor(room, call, namedEnvironment(call.head));
    if (!plan.ok) return call.problem(plan.failure);
    const receipt = await room.ingest.take({
      type,
      events: events.value,
      plan: plan.value,
      principal: call.principal,
    });
    return receipt.ok ? jsonAnswer(202, receipt.value) : call.problem(receipt.failure);
  };
