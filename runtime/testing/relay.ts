import { succeed } from "../../protocols/errors.ts";
import type { FoldBehaviour, Outgoing } from "../fold.ts";

/** `to`: hand the value on to that key, instead of counting it. */
export interface RelayMessage {
  readonly id: string;
  readonly value: number;
  readonly to?: string;
}
export interface Relay {
  sum: number;
  ids: string[];
  waiting: (RelayMessage & { readonly to: string })[];
}

/** Adds up what it is told, each id once, and hands on what is for another. */
export const relay: FoldBehaviour<Relay, { code: string }> = {
  kind: "relay",
  version: 1,
  stream: "EVENTS",
  subjectOf: (key) => `events.${key}`,
  init: () => ({ sum: 0, ids: [], waiting: [] }),
  fold: (state, { data, sequence }) => {
    const { id, value, to } = JSON.parse(new TextDecoder().decode(data)) as RelayMessage;
    if (state.ids.includes(id)) return;
    state.ids.push(id);
    if (to === undefined) state.sum += value;
    else state.waiting.push({ id: `handed-${sequence}`, value, to });
  },
  encode: (state) => new TextEncoder().encode(JSON.stringify(state)),
  decode: (data) => JSON.parse(new TextDecoder().decode(data)) as Relay,
  ask: ({ sum, waiting }) => succeed({ sum, waiting: waiting.length }),
  outgoing: ({ waiting }, { key }, max) =>
    waiting.slice(0, max).map(({ to, ...message }): Outgoing => {
      const id = `${key}/${message.id}`;
      const data = new TextEncoder().encode(JSON.stringify({ ...message, id }));
      return { subject: `events.${to}`, id, data };
    }),
  sent: (state, ids) => {
    state.waiting = state.waiting.filter(({ id }) => ![...ids].some((sent) => sent.endsWith(`/${id}`)));
  },
};
