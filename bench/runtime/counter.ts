import { succeed } from "../../protocols/errors.ts";
import type { Behaviour } from "../../runtime/index.ts";

export interface CounterState {
  readonly total: number;
}
export type CounterMessage =
  | { readonly type: "add"; readonly amount: number; readonly note: string }
  | { readonly type: "get"; readonly note: string }
  /** One commit of many events. */
  | { readonly type: "burst"; readonly events: number; readonly note: string };
export interface Added {
  readonly amount: number;
  readonly note: string;
}

/** The cheapest entity there is: what is left in a measurement is the runtime's own. */
export const counter: Behaviour<CounterState, CounterMessage, Added, never, never> = {
  kind: "counter",
  version: 1,
  init: () => ({ total: 0 }),
  parse: (message) => message as CounterMessage,
  handle: ({ total }, message) => {
    const { note } = message;
    switch (message.type) {
      case "get":
        return { events: [], reply: succeed({ total, note }) };
      case "add":
        return {
          events: [{ amount: message.amount, note }],
          reply: succeed({ total: total + message.amount, note }),
        };
      case "burst": {
        const events = Array.from({ length: message.events }, () => ({ amount: 1, note }));
        return { events, reply: succeed({ total: total + message.events, note }) };
      }
    }
  },
  apply: ({ total }, { amount }) => ({ total: total + amount }),
};

/** Makes messages as long as those of ordinary use: a sentence, two names and a date. */
export const note =
  "A note as people write them when they change something: what it was, and why it had to go. #";
export const get: CounterMessage = { type: "get", note };
export const add: CounterMessage = { type: "add", amount: 1, note };
