import { addressText } from "../../messaging/address.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import type { DeadLetter } from "../../dead-letters.ts";
import { lanesSubject } from "../workload/account.ts";
import { decodeText, emptyTally, poison, tallyAddress, tallyKind, tallyMessage } from "../workload/tally.ts";
import type { Tally } from "../workload/tally.ts";
import type { Gap } from "../world/world.ts";

// What folds say of themselves, against the stream: each message of theirs is in the state once, in order. Only what a
// gap was told of may be missing, and a gap is told only of what is gone.

export interface FoldEvidence {
  /** All that the stream ever held. */
  readonly messages: readonly StreamMessage[];
  /** Losses that count as told. */
  readonly gaps: readonly Gap[];
}
export interface SaidTally {
  readonly lane: number;
  readonly tally: Tally;
}

const isIn = ({ from, to }: Gap, sequence: number): boolean => sequence >= from && sequence <= to;
const isPoison = ({ data }: StreamMessage): boolean => decodeText(data) === poison;

/** What is wrong with a tally, or with that it ends before `upTo`; undefined when nothing is. */
export function problemOfTally(
  { lane, tally: { count, last, digest, seen } }: SaidTally,
  { messages, gaps, upTo }: FoldEvidence & { readonly upTo: number },
): string | undefined {
  const actor = addressText(tallyAddress(lane));
  const own = messages.filter((message) => message.subject === lanesSubject(lane) && !isPoison(message));
  const counted = new Set(seen);
  const again = emptyTally();
  for (const message of own) {
    const { sequence } = message;
    if (counted.has(sequence)) tallyMessage(again, message);
    else if (sequence <= upTo && !gaps.some((gap) => gap.actor === actor && isIn(gap, sequence)))
      return `message ${sequence} is missing`;
  }
  const same = again.count === count && again.last === last && again.digest === digest;
  return same ? undefined : `counted again it is ${JSON.stringify(again)}`;
}

/** At every moment a fold was asked, it had all of its messages up to the last that it counted. */
export function checkTallies(
  said: readonly SaidTally[],
  evidence: FoldEvidence,
  violation: (text: string) => void,
): void {
  for (const { lane, tally } of said) {
    const problem = problemOfTally({ lane, tally }, { ...evidence, upTo: tally.last });
    if (problem !== undefined) violation(`folds: lane ${lane} said ${JSON.stringify(tally)}: ${problem}`);
  }
}

export function checkGaps(
  gaps: readonly Gap[],
  firstSequence: number,
  violation: (text: string) => void,
): void {
  for (const { actor, from, to } of gaps) {
    if (to >= firstSequence)
      violation(`folds: ${actor} misses ${from} to ${to}, and the stream begins at ${firstSequence}`);
  }
}

/** Each poisonous message is set aside once, and nothing else is; one that was gone before is not. */
export function checkPoison(
  messages: readonly StreamMessage[],
  { letters, gaps }: { readonly letters: readonly DeadLetter[]; readonly gaps: readonly Gap[] },
  violation: (text: string) => void,
): void {
  const times = new Map<string, number>();
  for (const { what, kind, place } of letters) {
    if (what !== "message" || kind !== tallyKind) continue;
    const sequence = String(place?.["sequence"]);
    times.set(sequence, (times.get(sequence) ?? 0) + 1);
  }
  for (const message of messages) {
    const { sequence } = message;
    const count = times.get(String(sequence)) ?? 0;
    if (count === (isPoison(message) ? 1 : 0)) continue;
    if (count === 0 && gaps.some((gap) => isIn(gap, sequence))) continue;
    violation(`folds: message ${sequence} is set aside ${count} times`);
  }
}
