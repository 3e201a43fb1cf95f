import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { RowReply } from "../../protocols/row-answers.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";

/** How long a request lets analytics wait for its own answer; analytics gives up what nobody polls for. */
export const pollMs = 5_000;
const graceMs = 5_000;
/** Proxies cut at 30 s. */
const pollsMax = 5;

/** An answer that analytics computes from rows. 202 with progress while it takes longer than a request may. */
export async function polled(room: Room, call: Call, subject: string, request: unknown): Promise<Answer> {
  for (let poll = 1; ; poll++) {
    const reply = await asked(room, subject, request);
    if (!reply.ok) return call.problem(reply.failure);
    if (reply.value.kind === "ready")
      return jsonAnswer(200, reply.value.answer, [["cache-control", "no-cache"]]);
    if (poll === pollsMax)
      return jsonAnswer(202, reply.value, [
        ["retry-after", "1"],
        ["cache-control", "no-store"],
      ]);
  }
}

/** Beyond the time that analytics itself waits. */
const onceGraceMs = 1_000;

/** The same for a report, for which nobody polls: asked once. Undefined without a connection to the log. */
export async function askedOnce<Reply>(
  room: Room,
  subject: string,
  request: { readonly waitMs: number },
): Promise<Outcome<Reply> | undefined> {
  const options = { timeoutMs: request.waitMs + onceGraceMs };
  return room.link()?.connection.messaging.request<Reply>(subject, request, options) as
    | Promise<Outcome<Reply>>
    | undefined;
}

async function asked(room: Room, subject: string, request: unknown): Promise<Outcome<RowReply<unknown>>> {
  const link = room.link();
  if (link === undefined)
    return {
      ok: false,
      failure: { code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 },
    };
  const options = { timeoutMs: pollMs + graceMs };
  return link.connection.messaging.request<RowReply<unknown>>(subject, request, options) as Promise<
    Outcome<RowReply<unknown>>
  >;
}
