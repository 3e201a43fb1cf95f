import { createHash } from "node:crypto";
import type { Letter, LetterCounts, LetterFilter, LetterId } from "../../protocols/dead-letters.ts";
import type { Page } from "../../protocols/environment-messages.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { streams } from "../../protocols/topology.ts";
import type { Clock, Connection, StreamMessage } from "../../runtime/index.ts";
import { backwards, LookBudget } from "./backwards.ts";
import { lettersOf, linesOf, type StoredLetter } from "./stored-letter.ts";

// The letters of the stream DEAD.
//   D1. A message whose letters are not all dropped is written again without them, and then erased: what is dropped is
//       gone from the disk, and a crash in between leaves letters twice rather than none.
//   D2. Whoever drops holds the lock (lock.ts): two who write the rest of one message would bring back each other's.

export interface Wanted extends LetterFilter {
  /** Only what belongs to it. */
  readonly environment?: EnvironmentKey | undefined;
  /** Only refused events: what the runtime sets aside belongs to whoever runs the installation. */
  readonly eventsOnly?: boolean;
}

type Parts = Pick<Connection, "reader" | "writer" | "care">;
interface Place {
  readonly sequence: number;
  readonly line: number;
}

const { name: stream, maxAgeMs } = streams.dead;

export class Letters {
  readonly #parts: Parts;
  readonly #clock: Clock;

  constructor(parts: Parts, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  /** Newest first. `next` tells where to go on, where there may be more. */
  async find(
    wanted: Wanted,
    { limit, before }: { readonly limit: number; readonly before?: Place | undefined },
  ): Promise<{ readonly found: StoredLetter[]; readonly next?: Place }> {
    const found: StoredLetter[] = [];
    const look = this.#look(wanted, before);
    for (;;) {
      const { value, done } = await look.next();
      if (done === true) return { found, ...(value === undefined ? {} : { next: value }) };
      const last = found.at(-1);
      if (found.length === limit && last !== undefined) {
        await look.return(undefined);
        return { found, next: placeOf(last) };
      }
      found.push(value);
    }
  }

  async page(
    wanted: Wanted,
    asked: { readonly limit: number; readonly before?: Place | undefined },
  ): Promise<Page<Letter>> {
    const { found, next } = await this.find(wanted, asked);
    return {
      items: found.map(({ letter }) => letter),
      ...(next === undefined ? {} : { next: `${next.sequence}-${next.line}` }),
    };
  }

  async counts(wanted: Wanted): Promise<LetterCounts> {
    const counts = new Map<string, LetterCounts["items"][number]>();
    const look = this.#look(wanted, undefined);
    for (;;) {
      const { value, done } = await look.next();
      if (done === true) {
        const items = [...counts.values()].sort((a, b) => b.count - a.count);
        return { items, complete: value === undefined };
      }
      const { kind, code, environment, at } = value.letter;
      const key = JSON.stringify([kind, code, environment]);
      const before = counts.get(key);
      counts.set(key, {
        kind,
        code,
        ...(environment === undefined ? {} : { environment }),
        count: (before?.count ?? 0) + 1,
        newestAt: Math.max(before?.newestAt ?? 0, at),
      });
    }
  }

  /** Letters that fit; at last where it stopped looking, undefined at the beginning of the stream. */
  async *#look(wanted: Wanted, before: Place | undefined): AsyncGenerator<StoredLetter, Place | undefined> {
    const budget = new LookBudget(this.#clock);
    const { kind } = wanted;
    const subject = kind !== undefined && kind !== "event" ? `dead.${kind}` : "dead.>";
    for await (const message of backwards(this.#parts.reader, { stream, subject, from: before?.sequence })) {
      for (const each of lettersOf(message).toReversed()) {
        const isBefore = each.sequence !== before?.sequence || each.line < before.line;
        if (isBefore && fits(each, wanted)) yield each;
      }
      if (!budget.spend()) return { sequence: message.sequence, line: 0 };
    }
    return undefined;
  }

  /** Those of the ids that are there and fit. */
  async named(ids: readonly LetterId[], wanted: Wanted): Promise<StoredLetter[]> {
    const lines = Map.groupBy(ids.map(placeIn), ({ sequence }) => sequence);
    const found: StoredLetter[] = [];
    for (const [sequence, places] of lines) {
      const message = await this.#message(sequence);
      if (message === undefined) continue;
      const there = new Map(lettersOf(message).map((each) => [each.line, each]));
      for (const line of new Set(places.map((place) => place.line))) {
        const each = there.get(line);
        if (each !== undefined && fits(each, wanted)) found.push(each);
      }
    }
    return found;
  }

  /** D1. How many were there. The caller holds the lock (D2). */
  async drop(letters: readonly StoredLetter[]): Promise<number> {
    let dropped = 0;
    for (const [sequence, gone] of Map.groupBy(letters, (each) => each.sequence)) {
      const message = await this.#message(sequence);
      if (message === undefined) continue; // aged out, or dropped by somebody before
      const lines = new Set(gone.map(({ line }) => line));
      await this.#keepOthers(message, lines);
      if (await this.#erase(sequence)) dropped += lines.size;
    }
    return dropped;
  }

  async #keepOthers(message: StreamMessage, lines: ReadonlySet<number>): Promise<void> {
    const oldest = this.#clock.now() - maxAgeMs;
    const at = new Map(lettersOf(message).map(({ line, letter }) => [line, letter.at]));
    const rest = linesOf(message).filter((_, line) => !lines.has(line) && (at.get(line) ?? 0) > oldest);
    if (rest.length === 0) return;
    const text = rest.join("\n");
    const messageId = `rest-${message.sequence}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    const outcome = await this.#parts.writer.append(message.subject, Buffer.from(text), { messageId });
    if (outcome.kind !== "stored")
      throw new Error(`the log does not take the other letters: ${outcome.kind}`);
  }

  #erase(sequence: number): Promise<boolean> {
    const { care } = this.#parts;
    if (care === undefined) throw new Error("this connection cannot erase");
    return care.erase(stream, sequence);
  }

  async #message(sequence: number): Promise<StreamMessage | undefined> {
    const range = { stream, subject: "dead.>", from: sequence, to: sequence };
    for await (const message of this.#parts.reader.readRange(range)) return message;
    return undefined;
  }
}

const placeOf = ({ sequence, line }: StoredLetter): Place => ({ sequence, line });

/** Of an id, or of a cursor, which is one. */
export function placeIn(id: LetterId): Place {
  const [sequence, line] = id.split("-");
  return { sequence: Number(sequence), line: Number(line) };
}

function fits({ letter }: StoredLetter, { kind, code, from, environment, eventsOnly }: Wanted): boolean {
  if (eventsOnly === true && letter.kind !== "event") return false;
  if (environment !== undefined && letter.environment !== environment) return false;
  if (kind !== undefined && letter.kind !== kind) return false;
  if (code !== undefined && letter.code !== code) return false;
  return from === undefined || letter.from.startsWith(from);
}
