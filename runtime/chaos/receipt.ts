import { z } from "zod";
import { succeed } from "../../protocols/errors.ts";
import type { Behaviour } from "../actor.ts";

const Message = z.union([
  z.object({ counter: z.string(), count: z.number().int() }),
  z.object({ type: z.literal("get") }),
]);
type Message = z.infer<typeof Message>;

export interface Received {
  readonly counter: string;
  readonly count: number;
}

/** Is told by a counter; its journal says what, how often and in which order. */
export const receipt: Behaviour<{ readonly received: number }, Message, Received, never, never> = {
  kind: "receipt",
  version: 1,
  snapshotEveryCommits: 50,
  init: () => ({ received: 0 }),
  parse: (message) => Message.parse(message),
  handle: (state, message) =>
    "type" in message
      ? { events: [], reply: succeed(state) }
      : { events: [message], reply: succeed({ received: state.received + 1 }) },
  apply: (state) => ({ received: state.received + 1 }),
};
