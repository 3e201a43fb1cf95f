import { succeed } from "../../protocols/errors.ts";
import type { FoldBehaviour } from "../fold.ts";
import { eventStream, tallySubject } from "./names.ts";

/** A fold's state small enough to compare whole: how many messages, and a digest that depends on each and their order. */
export interface Tally {
  count: number;
  digest: number;
}

export const emptyTally = (): Tally => ({ count: 0, digest: 0x811c9dc5 });

/** FNV-1a over sequence and bytes: a message left out, repeated or moved gives another digest. */
export function addToTally(tally: Tally, sequence: number, data: Uint8Array): void {
  let digest = Math.imul(tally.digest ^ sequence, 0x01000193);
  for (const byte of data) digest = Math.imul(digest ^ byte, 0x01000193);
  tally.digest = digest >>> 0;
  tally.count++;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const tally: FoldBehaviour<Tally, never> = {
  kind: "tally",
  version: 1,
  stream: eventStream,
  subjectOf: tallySubject,
  init: emptyTally,
  fold: (state, { sequence, data }) => addToTally(state, sequence, data),
  encode: (state) => encoder.encode(JSON.stringify(state)),
  decode: (bytes) => JSON.parse(decoder.decode(bytes)) as Tally,
  ask: (state, _message, { position }) => succeed({ ...state, position }),
  snapshotEveryMessages: 100,
};
