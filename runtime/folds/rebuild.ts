import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { FoldBehaviour } from "../fold.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import type { StreamReader } from "../ports/connection.ts";
import { Aside } from "./aside.ts";

// A fold's state made again from the first message of its stream, beside the live one, and put in its place when level.
//   U1. Both are asked the same question at the same position, in one turn, so that what differs is a defect.
//   U2. The live fold is held back only for the last few messages; until then it goes on.
//   U3. What the live fold has handed on is not handed on again: of all that the new state would send, only what waits in
//       the live one as well still waits after the swap.
//   U4. A stream that no longer holds its first message cannot tell the past: it is taken from where it is kept, up to
//       where the stream goes on. Where neither has a message, nothing is replaced.

/** What a live fold lets a rebuild do. */
export interface Rebuildable {
  readonly behaviour: FoldBehaviour<unknown, unknown>;
  readonly address: Address;
  live(): { readonly state: unknown; readonly position: number };
  /** Holds the live fold back, between two messages. Answers how to let it go on. */
  hold(): () => void;
  swap(state: unknown): void;
  /** Aborted when it lives no longer, here: another host may have it. */
  readonly stopped?: AbortSignal;
}

/** Holds a fold back between two messages. */
export class Hold {
  /** Resolves when it may go on; undefined while it may. */
  end: Promise<void> | undefined;

  /** Answers how to end it. */
  begin(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.end = promise.then(() => (this.end = undefined));
    return resolve;
  }
}

export interface RebuildTools {
  readonly reader: Pick<StreamReader, "readRange" | "bounds">;
  readonly clock: Clock;
}

export type RebuildSource = "stream" | "past";

export interface RebuildOptions {
  readonly question: unknown;
  readonly dryRun: boolean;
  /** Absent: the stream when it has its first message, else the past. */
  readonly from?: RebuildSource;
  /** Aborted: nothing is replaced. */
  readonly signal?: AbortSignal;
  /** Called with what there is to look at, before it begins. */
  readonly begun?: (progress: RebuildProgress) => void;
}

/** Changes as the rebuild goes on. */
export interface RebuildProgress {
  readonly messages: number;
  readonly records: number;
  /** Of the past that is folded. */
  readonly share: number;
}

export interface Rebuilt {
  readonly source: RebuildSource;
  readonly position: number;
  readonly messages: number;
  /** Out of the past, and up to which message that went. */
  readonly records: number;
  readonly pastUpTo: number;
  readonly tookMs: number;
  /** The answers of the live state and of the one made again. */
  readonly before: unknown;
  readonly after: unknown;
  readonly swapped: boolean;
}

/** Rounds in which the new state follows the live one before that is held back. */
const chasesMax = 5;
const levelMessages = 20;
const everything = Number.MAX_SAFE_INTEGER;

class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export async function rebuild(
  target: Rebuildable,
  options: RebuildOptions,
  tools: RebuildTools,
): Promise<Reply<Rebuilt, RuntimeFailure>> {
  const { signal } = options;
  const check = (): void => {
    if (signal?.aborted === true) throw new Cancelled("it was cancelled");
    if (target.stopped?.aborted === true) throw new Cancelled("the fold went to another host");
  };
  try {
    return await made(target, options, tools, check);
  } catch (error) {
    if (error instanceof Cancelled) return refused(error.message);
    throw error;
  }
}

async function made(
  target: Rebuildable,
  { question, dryRun, from, begun }: RebuildOptions,
  tools: RebuildTools,
  check: () => void,
): Promise<Reply<Rebuilt, RuntimeFailure>> {
  const { behaviour, address } = target;
  const beganMs = tools.clock.monotonicMs();
  const chosen = await sourceOf(target, from, tools);
  if (!chosen.ok) return chosen;
  const { source, upTo } = chosen.value;
  const aside = new Aside(target, { ...tools, check });
  begun?.(aside);
  const waitingIds = (state: unknown): Set<string> =>
    new Set((behaviour.outgoing?.(state, address, everything) ?? []).map(({ id }) => id));
  const start = target.live();
  const atStart = waitingIds(start.state);
  // What was folded from the past has other ids: what waits is taken over from the live state in the end.
  aside.isSent =
    source === "past" ? () => true : (sequence, id) => sequence <= start.position && !atStart.has(id); // U3
  if (source === "past" && behaviour.past !== undefined) {
    const folded = await aside.foldPast(behaviour.past, upTo);
    if (!folded.ok) return folded;
  }
  for (let chase = 0; chase < chasesMax; chase++) {
    const { position } = target.live();
    await aside.foldTo(position);
    if (target.live().position - position < levelMessages) break;
  }
  const release = target.hold(); // U2
  try {
    const { state, position } = target.live();
    await aside.foldTo(position);
    check();
    const at = { key: address.key, position };
    const [before, after] = [state, aside.state].map((each) => behaviour.ask(each, question, at)); // U1
    if (source === "past") {
      const taken = behaviour.past?.takeOver(aside.state, state);
      if (taken?.ok === false) return taken;
    } else if (!dryRun) {
      const waiting = waitingIds(state);
      aside.forget((id) => !waiting.has(id)); // U3
    }
    if (!dryRun) target.swap(aside.state);
    const { messages, records } = aside;
    const tookMs = tools.clock.monotonicMs() - beganMs;
    const figures = { source, position, messages, records, pastUpTo: upTo, tookMs };
    return succeed({ ...figures, before, after, swapped: !dryRun });
  } finally {
    release();
  }
}

/** U4. Where the past comes from, and up to which message. */
async function sourceOf(
  target: Rebuildable,
  from: RebuildSource | undefined,
  { reader }: RebuildTools,
): Promise<Reply<{ readonly source: RebuildSource; readonly upTo: number }, RuntimeFailure>> {
  const { stream, past } = target.behaviour;
  const { first } = await reader.bounds(stream);
  if (from === "stream" || (from === undefined && (first <= 1 || past === undefined)))
    return first > 1
      ? refused(`the stream begins at ${first} now: what it held before cannot be folded again`)
      : succeed({ source: "stream", upTo: 0 });
  if (past === undefined) return refused("what the stream has forgotten is kept nowhere");
  const reach = await past.reach();
  if (!reach.ok) return reach;
  if (first > reach.value + 1)
    return refused(
      `the stream begins at ${first} now, and what came before is kept only up to ${reach.value}`,
    );
  // Not further than the live state, so that both are compared at one position; a quiet one may stand before the stream.
  const position = Math.max(target.live().position, first - 1);
  return succeed({ source: "past", upTo: Math.min(reach.value, position) });
}

const refused = (message: string): Reply<never, RuntimeFailure> =>
  fail({ code: "invalid_message", issues: [{ path: "", message }] });
