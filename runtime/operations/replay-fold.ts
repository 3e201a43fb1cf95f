import { Buffer } from "node:buffer";
import type { ReplayReport } from "../../protocols/actor-operations.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamReader } from "../ports/connection.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { replayMsMax } from "./replay-actor.ts";
import { digestOf } from "./state-digest.ts";

// A fold's state made again from the first message of its subject, and held against its newest snapshot, byte for byte
// of their encoding: that is all that one may know of a fold's state.

export interface ReplayFoldTools {
  readonly reader: Pick<StreamReader, "readRange" | "bounds" | "lastSequence">;
  readonly snapshots: Pick<Snapshots, "load">;
  readonly clock: Clock;
}

const turnMsMax = 5;

export async function replayFold(
  behaviour: AnyFold,
  address: Address,
  to: number | undefined,
  tools: ReplayFoldTools,
): Promise<ReplayReport> {
  const beganMs = tools.clock.monotonicMs();
  const { stream } = behaviour;
  const snapshot = await tools.snapshots.load(address, behaviour.version);
  const subject = behaviour.subjectOf(address.key);
  const upTo = to ?? snapshot?.position ?? (await tools.reader.lastSequence(stream, subject));
  const { first } = await tools.reader.bounds(stream);
  const folded = await foldAside(
    behaviour,
    { key: address.key, subject, upTo, endMs: beganMs + replayMsMax },
    tools,
  );
  const bytes = behaviour.encode(folded.state);
  const report = {
    ...address,
    position: folded.position,
    commits: folded.messages,
    events: folded.messages,
    digest: digestOf(bytes),
  };
  const same = snapshot !== undefined && upTo === snapshot.position ? snapshot.bytes : undefined;
  const compared = (): Pick<ReplayReport, "verdict" | "against" | "otherDigest" | "note"> => {
    if (!folded.finished) return { verdict: "unfinished" };
    if (same === undefined) return { verdict: "computed" };
    const otherDigest = digestOf(same);
    const against = { against: "snapshot", otherDigest } as const;
    if (isSame(behaviour, bytes, same)) return { verdict: "equal", ...against };
    if (first <= 1) return { verdict: "different", ...against };
    const note = `the stream ${stream} begins at ${first} now; what was folded before cannot be folded again`;
    return { verdict: "computed", ...against, note };
  };
  return { ...report, ...compared(), tookMs: tools.clock.monotonicMs() - beganMs };
}

/** An encoding may depend on the order in which things were added; once decoded and encoded again, it does not. */
function isSame(behaviour: AnyFold, one: Uint8Array, other: Uint8Array): boolean {
  if (Buffer.from(one).equals(other)) return true;
  const settled = (bytes: Uint8Array): Uint8Array => behaviour.encode(behaviour.decode(bytes));
  return Buffer.from(settled(one)).equals(settled(other));
}

async function foldAside(
  behaviour: AnyFold,
  { key, subject, upTo, endMs }: { key: string; subject: string; upTo: number; endMs: number },
  { reader, clock }: ReplayFoldTools,
): Promise<{ state: unknown; position: number; messages: number; finished: boolean }> {
  const state = behaviour.init(key);
  let [position, messages, turnMs] = [0, 0, clock.monotonicMs()];
  for await (const message of reader.readRange({ stream: behaviour.stream, subject, from: 1, to: upTo })) {
    try {
      behaviour.fold(state, message);
    } catch {
      // The live fold has set it aside and gone on; so do we.
    }
    position = message.sequence;
    messages++;
    const nowMs = clock.monotonicMs();
    if (nowMs > endMs) return { state, position, messages, finished: false };
    if (nowMs - turnMs < turnMsMax) continue;
    await clock.turn();
    turnMs = clock.monotonicMs();
  }
  return { state, position, messages, finished: true };
}
