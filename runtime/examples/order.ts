import { z } from "zod";
import { fail, succeed } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { publish } from "../actor.ts";
import type { Behaviour } from "../actor.ts";

// An order that waits an hour for its payment.

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("place"), item: z.string() }),
  z.object({ type: z.literal("pay") }),
  z.object({ type: z.literal("expire") }), // sent by its own timer
]);
type Message = z.infer<typeof Message>;
type State = "none" | "open" | "paid" | "expired";
type Event = { readonly became: State };
type Failure = { readonly code: "wrong_state"; readonly state: State };

export const order: Behaviour<State, Message, Event, never, Failure> = {
  kind: "order",
  version: 1,
  init: () => "none",
  parse: (message) => Message.parse(message),
  handle: (state, message, { key, at }) => {
    const refused = { events: [], reply: fail<Failure>({ code: "wrong_state", state }) };
    const became = (next: State) => ({ events: [{ became: next }], reply: succeed(next) });
    switch (message.type) {
      case "place": {
        if (state !== "none") return refused;
        const expire = { set: "expire", at: (at + 3_600_000) as EpochMs, message: { type: "expire" } };
        return { ...became("open"), timers: [expire] };
      }
      case "pay":
        if (state !== "open") return refused;
        return {
          ...became("paid"),
          timers: [{ cancel: "expire" }],
          effects: [publish("orders.paid", { key })],
        };
      case "expire":
        return became("expired");
    }
  },
  apply: (_state, { became }) => became,
};
