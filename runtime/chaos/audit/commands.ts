import type { CounterEvent } from "../counter.ts";
import type { SentCommand } from "../load.ts";
import { counterKeys } from "../names.ts";
import type { History } from "./histories.ts";
import type { Found } from "./violation.ts";

/** A counter's state by its journal alone. */
export interface Recount {
  readonly count: number;
  readonly total: number;
  readonly rings: number;
}

interface Written {
  readonly count: number;
  readonly total: number;
}

/**
 * Replays each counter's journal with sums of our own, and holds it against what users sent and heard: every answered
 * command stands in it once, nothing stands in it that nobody sent, and each answer is the sum at its place.
 */
export function auditCommands(
  histories: ReadonlyMap<string, History>,
  sent: readonly SentCommand[],
  found: Found,
): ReadonlyMap<string, Recount> {
  const recounts = new Map<string, Recount>();
  const written = new Map<string, Written>();
  const amounts = new Map(sent.map(({ id, amount }) => [id, amount]));
  for (const key of counterKeys) {
    const steps = histories.get(`counter.${key}`)?.steps ?? [];
    const recount = { count: 0, total: 0, rings: 0 };
    for (const { id, events, reply } of steps) {
      for (const event of events as readonly CounterEvent[]) {
        if ("rang" in event) {
          recount.rings++;
          continue;
        }
        recount.count++;
        recount.total += event.amount;
        if (written.has(id)) found("doubled", `command ${id} stands twice in ${key}`);
        if (amounts.get(id) !== event.amount)
          found(
            "wrong_state",
            `${key} added ${event.amount} for ${id}, not ${amounts.get(id) ?? "what anybody sent"}`,
          );
        const { count, total } = recount;
        written.set(id, { count, total });
        const replied = reply.ok ? (reply.value as Written) : undefined;
        if (replied?.count !== count || replied.total !== total)
          found(
            "wrong_reply",
            `the journal's reply to ${id} is ${JSON.stringify(reply)}, not ${count}, ${total}`,
          );
      }
    }
    recounts.set(key, recount);
  }
  for (const { id, counter, answer } of sent) {
    if (answer === undefined) {
      found("unanswered", `command ${id} of ${counter} has no answer`);
      continue;
    }
    const place = written.get(id);
    if (place === undefined) found("lost", `command ${id} of ${counter} was acknowledged and is not written`);
    else if (place.count !== answer.count || place.total !== answer.total)
      found(
        "wrong_reply",
        `command ${id} was answered ${answer.count}, ${answer.total}; it is ${place.count}, ${place.total}`,
      );
  }
  return recounts;
}
