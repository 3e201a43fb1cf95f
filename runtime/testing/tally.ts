import { succeed } from "../../protocols/errors.ts";
import type { FoldBehaviour } from "../fold.ts";

export interface Tally {
  sum: number;
  seen: number[];
}
export interface TallyAnswer {
  readonly sum: number;
  readonly seen: number;
  readonly distinct: number;
  readonly position: number;
}

/** Sums numbers; `poison` cannot be folded. Remembers each sequence, so that a message folded twice shows. */
export const tally: FoldBehaviour<Tally, { code: string }> = {
  kind: "tally",
  version: 1,
  stream: "EVENTS",
  subjectOf: (key) => `events.${key}`,
  init: () => ({ sum: 0, seen: [] }),
  fold: (state, { data, sequence }) => {
    const text = new TextDecoder().decode(data);
    if (text === "poison") throw new Error("not a number");
    state.sum += Number(text);
    state.seen.push(sequence);
  },
  encode: (state) => new TextEncoder().encode(JSON.stringify(state)),
  decode: (data) => JSON.parse(new TextDecoder().decode(data)) as Tally,
  ask: ({ sum, seen }, message, { position }) => {
    if (message === "throw") throw new Error("a defect");
    return succeed({ sum, seen: seen.length, distinct: new Set(seen).size, position });
  },
  notices: (state, { key }) => [{ subject: `sums.${key}`, data: state.sum }],
  noticeIntervalMs: 20,
  snapshotEveryMessages: 40,
};
