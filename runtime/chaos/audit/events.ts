import { z } from "zod";
import type { StreamMessage } from "../../ports/connection.ts";
import type { SentEvent } from "../load.ts";
import { addToTally, emptyTally } from "../tally.ts";
import type { Tally } from "../tally.ts";
import type { Found } from "./violation.ts";

/** What the event stream holds: a tally of each subject, and where each payload stands. */
export interface EventAudit {
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Subject and payload → how often. */
  readonly copies: ReadonlyMap<string, number>;
  readonly messages: number;
}

const LoadPayload = z.object({ id: z.string() });
const decoder = new TextDecoder();

/** One pass over the stream; the users' events are held against what was acknowledged to them. */
export async function auditEvents(
  messages: AsyncIterable<StreamMessage>,
  sent: readonly SentEvent[],
  found: Found,
): Promise<EventAudit> {
  const tallies = new Map<string, Tally>();
  const copies = new Map<string, number>();
  const places = new Map<string, number>();
  let sequence = 0;
  for await (const message of messages) {
    if (message.sequence !== sequence + 1)
      found("lost", `the event stream has no message between ${sequence} and ${message.sequence}`);
    sequence = message.sequence;
    const { subject, data } = message;
    const tally = tallies.get(subject) ?? emptyTally();
    tallies.set(subject, tally);
    addToTally(tally, sequence, data);
    const text = decoder.decode(data);
    const copy = `${subject} ${text}`;
    copies.set(copy, (copies.get(copy) ?? 0) + 1);
    const { success, data: event } = LoadPayload.safeParse(JSON.parse(text));
    if (!success) continue;
    const before = places.get(event.id);
    if (before !== undefined) found("doubled", `event ${event.id} stands at ${before} and at ${sequence}`);
    places.set(event.id, sequence);
  }
  for (const { id, sequence: acknowledged } of sent) {
    if (acknowledged === undefined) found("unanswered", `event ${id} was never acknowledged`);
    else if (places.get(id) !== acknowledged)
      found(
        "lost",
        `event ${id} was acknowledged at ${acknowledged} and stands at ${places.get(id) ?? "no place"}`,
      );
  }
  return { tallies, copies, messages: sequence };
}
