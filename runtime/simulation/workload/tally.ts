import { succeed } from "../../../protocols/errors.ts";
import type { FoldBehaviour } from "../../fold.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import { lanesSubject } from "./account.ts";
import type { Versions } from "./release.ts";

/** What a fold of every schedule keeps: enough to see a message that is missing, doubled or out of order. */
export interface Tally {
  count: number;
  last: number;
  /** Mixes what came in the order it came. */
  digest: number;
  /** Sequences of all that is counted. */
  readonly seen: number[];
}

export const poison = "poison";
export const tallyKind = "tally";
const laneOf = (key: string): number => Number(key.slice("lane".length));
export const tallyAddress = (lane: number) => ({ kind: tallyKind, key: `lane${lane}` });

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const encodeText = (text: string): Uint8Array => encoder.encode(text);
export const decodeText = (data: Uint8Array): string => decoder.decode(data);

export const emptyTally = (): Tally => ({ count: 0, last: 0, digest: 0, seen: [] });

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
  tally.seen.push(sequence);
}

/** A message of the event stream as a program of that version writes it. */
export const recordOf = (text: string, version: number): string =>
  version === 1 ? text : `${version}/${text}`;

const versionOf = (text: string): number => Number(/^(\d+)\//.exec(text)?.[1] ?? "1");

export function tallyBehaviour({
  tally: version,
  records,
}: Pick<Versions, "tally" | "records">): FoldBehaviour<Tally, { code: string }> {
  return {
    kind: tallyKind,
    version,
    stream: "EVENTS",
    snapshotEveryMessages: 3,
    subjectOf: (key) => lanesSubject(laneOf(key)),
    init: emptyTally,
    fold: (state, input) => {
      if (versionOf(decodeText(input.data)) > records)
        throw Object.assign(new Error("a newer record"), { code: "newer_version" });
      tallyMessage(state, input);
    },
    encode: (state) => encodeText(JSON.stringify(version === 1 ? state : { ...emptyTally(), tally: state })),
    // Reads without looking: the version alone keeps another program's bytes away.
    decode: (bytes) => {
      const content = JSON.parse(decodeText(bytes)) as Tally & { readonly tally: Tally };
      return version === 1 ? content : content.tally;
    },
    ask: (state, _message, { position }) => succeed({ ...state, position }),
  };
}
