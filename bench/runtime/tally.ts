import { succeed } from "../../protocols/errors.ts";
import type { FoldBehaviour } from "../../runtime/index.ts";

interface Tally {
  messages: number;
  bytes: number;
}

/** The cheapest fold there is: counts what it is given. */
export const tally: FoldBehaviour<Tally, never> = {
  kind: "tally",
  version: 1,
  stream: "EVENTS",
  subjectOf: (key) => `events.${key.split("/", 1)[0] ?? ""}`, // `<what it reads>/<which reading>`
  init: () => ({ messages: 0, bytes: 0 }),
  fold: (state, { data }) => {
    state.messages++;
    state.bytes += data.length;
  },
  encode: (state) => new TextEncoder().encode(JSON.stringify(state)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Tally,
  ask: (state) => succeed(state),
};
