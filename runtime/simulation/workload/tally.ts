import { succeed } from "../../../protocols/errors.ts";
import type { FoldBehaviour } from "../../fold.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import { lanesSubject } from "./account.ts";

/** What a fold of every schedule keeps: enough to see a message that is missing, doubled or out of order. */
export interface Tally {
  count: number;
  last: number;
  /** Mixes what came in the order it came. */
  digest: number;
}

export const poison = "poison";
export const tallyKind = "tally";
const laneOf = (key: string): number => Number(key.slice("lane".length));
export const tallyAddress = (lane: number) => ({ kind: tallyKind, key: `lane${lane}` });

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const encodeText = (text: string): Uint8Array => encoder.encode(text);
export const decodeText = (data: Uint8Array): string => decoder.decode(data);

export const emptyTally = (): Tally => ({ count: 0, last: 0, digest: 0 });

export function tallyMessage(
  tally: Tally,
  { sequence, data }: Pick<StreamMessage, "sequence" | "data">,
): void {
  const text = decodeText(data);
  if (text === poison) throw new Error("poison");
  let digest = tally.digest;
  for (const character of `${sequence}:${text}`)
    digest = (Math.imul(digest, 31) + (character.codePointAt(0) ?? 0)) | 0;
  tally.count++;
  tally.last = sequence;
  tally.digest = digest;
}

export const tallyBehaviour: FoldBehaviour<Tally, { code: string }> = {
  kind: tallyKind,
  version: 1,
  stream: "EVENTS",
  snapshotEveryMessages: 5,
  subjectOf: (key) => lanesSubject(laneOf(key)),
  init: emptyTally,
  fold: (state, input) => tallyMessage(state, input),
  encode: (state) => encodeText(JSON.stringify(state)),
  decode: (bytes) => JSON.parse(decodeText(bytes)) as Tally,
  ask: (state, _message, { position }) => succeed({ ...state, position }),
};
