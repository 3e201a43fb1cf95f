import type { Clock, StreamMessage, StreamReader } from "../../runtime/index.ts";

// A stream, newest message first, though streams are read forwards: window by window from its end.
//   B1. Memory holds one window of messages, 64 × 256 KB at worst.
//   B2. Windows that hold nothing of the subject grow, so that a gap of a million messages costs a few requests.

const windowMin = 64;
const windowMax = 65_536;

export interface BackwardsOptions {
  readonly stream: string;
  readonly subject: string;
  /** Begins with the message at or below this sequence. */
  readonly from?: number | undefined;
}

export async function* backwards(
  reader: Pick<StreamReader, "bounds" | "readRange">,
  { stream, subject, from = Number.MAX_SAFE_INTEGER }: BackwardsOptions,
): AsyncGenerator<StreamMessage> {
  const bounds = await reader.bounds(stream);
  let to = Math.min(from, bounds.last);
  let window = windowMin;
  while (to >= bounds.first) {
    const lowest = Math.max(bounds.first, to - window + 1);
    const newest: StreamMessage[] = [];
    let passed = false;
    for await (const message of reader.readRange({ stream, subject, from: lowest, to })) {
      newest.push(message);
      if (newest.length <= windowMin) continue;
      newest.shift(); // B1
      passed = true;
    }
    yield* newest.toReversed();
    to = passed ? (newest[0]?.sequence ?? lowest) - 1 : lowest - 1;
    window = newest.length === 0 ? Math.min(windowMax, window * 4) : windowMin; // B2
  }
}

/** How much one request may look at: others wait for the same log. */
export class LookBudget {
  readonly #clock: Clock;
  readonly #until: number;
  #messages: number;

  constructor(clock: Clock, { messagesMax = 20_000, msMax = 3_000 } = {}) {
    this.#clock = clock;
    this.#until = clock.monotonicMs() + msMax;
    this.#messages = messagesMax;
  }

  /** False when it is used up. */
  spend(): boolean {
    return this.#messages-- > 0 && this.#clock.monotonicMs() < this.#until;
  }
}
