import { Buffer } from "node:buffer";
import type { ActorTools } from "./actor-tools.ts";
import { Backoff } from "./backoff.ts";
import type { StreamMessage } from "./connection.ts";

/** Where messages go that no fold could take: the original, and why. */
export const poisonSubject = "dead.poison";

export interface PoisonRecord {
  readonly kind: string;
  readonly key: string;
  readonly stream: string;
  readonly subject: string;
  readonly sequence: number;
  readonly reason: string;
  /** The original message, base64. */
  readonly data: string;
}

const attemptsMax = 10;
const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Writes a message aside. Gives up with an error in the log: the stream itself still holds the message for a while. */
export async function recordPoison(
  { writer, clock, random, log }: ActorTools,
  poison: {
    readonly kind: string;
    readonly key: string;
    readonly stream: string;
    readonly message: StreamMessage;
    readonly error: unknown;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { kind, key, stream, message, error, signal } = poison;
  const { sequence, subject } = message;
  log.error("poison_message", { kind, key, stream, sequence, error });
  const record: PoisonRecord = {
    kind,
    key,
    stream,
    subject,
    sequence,
    reason: textOf(error),
    data: Buffer.from(message.data).toString("base64"),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const backoff = new Backoff(random, { baseMs: 50, maxMs: 5_000 });
  while (!signal.aborted && backoff.attempts < attemptsMax) {
    // The id makes a second fold of the same message, after a restart, the same record.
    const outcome = await writer.append(poisonSubject, bytes, {
      messageId: `poison-${kind}-${key}-${sequence}`,
    });
    if (outcome.kind === "stored") return;
    await clock.sleep(backoff.nextMs(), signal);
  }
  log.error("poison_not_recorded", { kind, key, stream, sequence });
}
