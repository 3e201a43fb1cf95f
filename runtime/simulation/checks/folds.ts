import type { StreamMessage } from "../../ports/connection.ts";
import type { DeadLetter } from "../../dead-letters.ts";
import { lanesSubject } from "../workload/account.ts";
import { decodeText, emptyTally, poison, tallyKind, tallyMessage } from "../workload/tally.ts";
import type { Tally } from "../workload/tally.ts";

/** What a fold must say, counted anew from the stream. */
export function recount(lane: number, events: readonly StreamMessage[]): Tally {
  const tally = emptyTally();
  for (const message of events) {
    const counts = message.subject === lanesSubject(lane) && decodeText(message.data) !== poison;
    if (counts) tallyMessage(tally, message);
  }
  return tally;
}

/** Each poisonous message is set aside once, and nothing else is. */
export function checkPoison(
  events: readonly StreamMessage[],
  letters: readonly DeadLetter[],
  violation: (text: string) => void,
): void {
  const times = new Map<string, number>();
  for (const { what, kind, place } of letters) {
    if (what !== "message" || kind !== tallyKind) continue;
    const sequence = String(place?.["sequence"]);
    times.set(sequence, (times.get(sequence) ?? 0) + 1);
  }
  for (const { sequence, data } of events) {
    const count = times.get(String(sequence)) ?? 0;
    const expected = decodeText(data) === poison ? 1 : 0;
    if (count !== expected) violation(`folds: message ${sequence} is set aside ${count} times`);
  }
}
