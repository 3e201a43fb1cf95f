import { environmentOf } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { emptyAnswer, jsonType, type Action, type Answer } from "../http.ts";
import { isSameTag } from "../etag.ts";
import { planFor } from "../evaluate/decide.ts";
import type { LivePlan } from "../live-plan.ts";
import type { SseEvent } from "./sse.ts";
import { sseHeaders } from "./sse.ts";

/** How long a client may use a plan without asking: the floor of "publish → every edge". */
const maxAgeSeconds = 5;

/** `GET /configs/{env}`. */
export function getConfig(room: Room, call: Call): Answer {
  const found = planFor(room, call, call.params[0]);
  if (!found.ok) return call.problem(found.failure);
  const { signed, text } = found.value;
  const etag = `"${signed.etag}"`;
  const headers = [
    ["etag", etag],
    ["cache-control", `private, max-age=${maxAgeSeconds}`],
  ] as const;
  if (isSameTag(call.head.header("if-none-match"), etag)) return emptyAnswer(304, headers);
  return { status: 200, headers: [jsonType, ...headers], body: text };
}

/** Every client of a version gets the same text, so it is made once. */
const puts = new WeakMap<LivePlan, SseEvent>();

function putOf(plan: LivePlan): SseEvent {
  let event = puts.get(plan);
  if (event === undefined)
    puts.set(plan, (event = { event: "put", id: String(plan.version), data: plan.text }));
  return event;
}

/** `GET /stream/{env}`: the plan, then each new one. A client that names a version it has gets only newer ones. */
export function streamPlans(room: Room, call: Call): Action {
  const environment = environmentOf(call.principal, room.directory, call.params[0]);
  if (!environment.ok) return { kind: "answer", answer: call.problem(environment.failure) };
  if (room.sse.isFull)
    return { kind: "answer", answer: call.problem({ code: "overloaded", retryAfterMs: 5_000 }) };
  const has = Number(call.head.header("last-event-id"));
  return {
    kind: "stream",
    headers: sseHeaders,
    open: (stream) => {
      const client = room.sse.open(stream);
      let sent = Number.isInteger(has) ? has : 0;
      const offer = (plan: LivePlan): void => {
        if (plan.environment !== environment.value || plan.version <= sent) return;
        sent = plan.version;
        client.send(putOf(plan));
      };
      const now = room.plans.get(environment.value);
      if (now !== undefined) offer(now);
      client.onClose(room.plans.onChange(offer));
    },
  };
}
