import type { EventType } from "../../protocols/event.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { planFor } from "../evaluate/decide.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import type { LivePlan } from "../live-plan.ts";
import type { Hold } from "./admission.ts";
import { eventsOf, formOf, type BodyForm } from "./body.ts";
import { textOf, unpackedBytes } from "./inflate.ts";

/** `POST /v1/events`, where each event names its type, and the routes of one type. 202 once the log has every event. */
export const postEvents =
  (type?: EventType) =>
  (room: Room, call: Call, body: Buffer): Answer | Promise<Answer> => {
    const form = formOf(call.head.header("content-type"));
    if (!form.ok) return call.problem(form.failure);
    const plan = planFor(room, call, namedEnvironment(call.head));
    if (!plan.ok) return call.problem(plan.failure);
    const encoding = call.head.header("content-encoding");
    const { bodyBytesMax } = room.config;
    const wanted = Math.min(unpackedBytes(body, encoding), bodyBytesMax);
    const hold = room.ingest.admit(plan.value.environment, wanted);
    if (!hold.ok) return call.problem(hold.failure);
    // The bytes are good until the first await, so reading begins before it.
    const text = textOf(body, encoding, bodyBytesMax);
    return held({ room, call, form: form.value, plan: plan.value, hold: hold.value, type }, text).finally(
      () => hold.value.release(),
    );
  };

interface Held {
  readonly room: Room;
  readonly call: Call;
  readonly form: BodyForm;
  readonly plan: LivePlan;
  readonly hold: Hold;
  readonly type: EventType | undefined;
}

async function held(
  { room, call, form, plan, hold, type }: Held,
  reading: ReturnType<typeof textOf>,
): Promise<Answer> {
  const text = reading instanceof Promise ? await reading : reading;
  if (!text.ok) return call.problem(text.failure);
  const body = eventsOf(form, text.value);
  if (!body.ok) return call.problem(body.failure);
  const { principal } = call;
  room.limits.chargeEvents(principal, body.value.events.length);
  const receipt = await room.ingest.take({ ...body.value, type, plan, principal }, hold);
  return receipt.ok ? jsonAnswer(202, receipt.value) : call.problem(receipt.failure);
}
