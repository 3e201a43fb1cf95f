import { Buffer } from "node:buffer";
import { Backoff } from "./backoff.ts";
import type { ActorTools } from "./hosting/actor-tools.ts";

// What nobody could take is set aside with its reason, so that the actor goes on and a person can look.

/** The one subject per reason: `dead.message`, `dead.command`, `dead.effect`, `dead.gap`. */
export const deadLetterSubject = (what: DeadLetter["what"]): string => `dead.${what}`;

export interface DeadLetter {
  /** A stream's message that a fold could not take, a command or timer whose handler threw, an effect that was given
   *  up, or what a stream lost before a fold had read it. */
  readonly what: "message" | "command" | "effect" | "gap";
  readonly kind: string;
  readonly key: string;
  readonly reason: string;
  readonly stack?: string;
  /** The same letter, written again by another life of the actor, has the same id. */
  readonly id: string;
  /** Where it stood: stream and sequence, or what a gap lost. */
  readonly place?: Readonly<Record<string, string | number>>;
  /** The original. Bytes as base64. */
  readonly original?: unknown;
}

const attemptsMax = 10;
/** Stacks are for people: the first frames say where. */
const stackLengthMax = 4_000;

export function reasonOf(error: unknown): Pick<DeadLetter, "reason" | "stack"> {
  if (!(error instanceof Error)) return { reason: String(error) };
  const stack = error.stack?.slice(0, stackLengthMax);
  return { reason: `${error.name}: ${error.message}`, ...(stack === undefined ? {} : { stack }) };
}

export const originalBytes = (data: Uint8Array): string => Buffer.from(data).toString("base64");

/** Writes a letter. Gives up with an error in the log, which has it all then. */
export async function setAside(
  { writer, clock, random, log, metrics }: ActorTools,
  letter: DeadLetter,
  signal?: AbortSignal,
): Promise<void> {
  const { what, kind, id } = letter;
  metrics.deadLetters(1, { kind, reason: what });
  log.error("set_aside", { ...letter, original: undefined });
  const bytes = new TextEncoder().encode(JSON.stringify(letter));
  const backoff = new Backoff(random, { baseMs: 50, maxMs: 5_000 });
  while (signal?.aborted !== true && backoff.attempts < attemptsMax) {
    const outcome = await writer.append(deadLetterSubject(what), bytes, {
      messageId: `${what}-${kind}-${id}`,
    });
    if (outcome.kind === "stored") return;
    await clock.sleep(backoff.nextMs(), signal);
  }
  log.error("dead_letter_not_stored", { ...letter });
}
