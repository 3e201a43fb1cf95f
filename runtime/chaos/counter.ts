import { z } from "zod";
import { succeed } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { publish, tell } from "../actor.ts";
import type { Behaviour, Step } from "../actor.ts";
import type { StreamWriter } from "../ports/connection.ts";
import { performedSubject, publishedSubject, receiptAt } from "./names.ts";

/** What a command asks for besides its sum. */
export const extras = ["none", "tell", "publish", "perform", "timer", "cancel"] as const;
export type Extra = (typeof extras)[number];

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("add"), amount: z.number().int(), extra: z.enum(extras) }),
  z.object({ type: z.literal("ring"), timer: z.string() }),
  z.object({ type: z.literal("get") }),
]);
type Message = z.infer<typeof Message>;

export type CounterEvent = { readonly amount: number } | { readonly rang: string };

/** Tiny, so that the run exercises journals and not serialisation. */
export interface CounterState {
  readonly count: number;
  readonly total: number;
  readonly rings: number;
  /** The timer set last; `cancel` ends it. */
  readonly lastTimer: string;
}

/** An effect of this kind of actor's own: written to a stream by `perform`. */
export interface PerformedRecord {
  readonly counter: string;
  readonly count: number;
}

const timerMsMin = 300;
const timerMsSpread = 4_000;
/** A timer waits up to 4.3 s, by a multiplier that is prime to the spread: neighbours do not come due together. */
const timerDelayMs = (count: number): number => timerMsMin + ((count * 997) % timerMsSpread);

const ringOf = (count: number): string => `ring-${count}`;

/** Adds numbers; each answer says the count and the sum that the journal must show. */
export function counter(
  writer: Pick<StreamWriter, "append">,
): Behaviour<CounterState, Message, CounterEvent, PerformedRecord, never> {
  return {
    kind: "counter",
    version: 1,
    snapshotEveryCommits: 50,
    init: () => ({ count: 0, total: 0, rings: 0, lastTimer: "" }),
    parse: (message) => Message.parse(message),
    handle: (state, message, { key, at }): Step<CounterEvent, PerformedRecord, never> => {
      if (message.type === "get") return { events: [], reply: succeed(state) };
      if (message.type === "ring")
        return { events: [{ rang: message.timer }], reply: succeed({ rings: state.rings + 1 }) };
      const count = state.count + 1;
      const reply = succeed({ count, total: state.total + message.amount });
      return {
        events: [{ amount: message.amount }],
        reply,
        ...extraOf(message.extra, { key, at, count, state }),
      };
    },
    apply: (state, event) => {
      if ("rang" in event) return { ...state, rings: state.rings + 1 };
      const count = state.count + 1;
      return { ...state, count, total: state.total + event.amount, lastTimer: ringOf(count) };
    },
    perform: async (effect, { idempotencyKey }) => {
      const bytes = new TextEncoder().encode(JSON.stringify(effect));
      const outcome = await writer.append(performedSubject(effect.counter), bytes, {
        messageId: idempotencyKey,
      });
      if (outcome.kind !== "stored") throw new Error(`not written: ${JSON.stringify(outcome)}`);
    },
  };
}

function extraOf(
  extra: Extra,
  { key, at, count, state }: { key: string; at: EpochMs; count: number; state: CounterState },
): Pick<Step<CounterEvent, PerformedRecord, never>, "effects" | "timers"> {
  switch (extra) {
    case "none":
      return {};
    case "tell":
      return { effects: [tell(receiptAt(key), { counter: key, count })] };
    case "publish":
      return { effects: [publish(publishedSubject(key), { counter: key, count })] };
    case "perform":
      return { effects: [{ counter: key, count }] };
    case "timer": {
      const timer = ringOf(count);
      const due = (at + timerDelayMs(count)) as EpochMs;
      return { timers: [{ set: timer, at: due, message: { type: "ring", timer } }] };
    }
    case "cancel":
      return { timers: [{ cancel: state.lastTimer }] };
  }
}
