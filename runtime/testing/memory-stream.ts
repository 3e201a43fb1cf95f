import type { EpochMs } from "../../protocols/time.ts";
import type { FollowEnd, StreamBounds, StreamMessage, StreamReader } from "../ports/connection.ts";

type Handler = (message: StreamMessage) => void | Promise<void>;

/** A stream in memory that a test may damage as operators and disasters do. Time passes by one with each message. */
export class MemoryStream {
  #messages: StreamMessage[] = [];
  #first = 1;
  #last = 0;
  #time = 1_000;
  #createdAt: number;
  readonly #woken = new Set<() => void>();
  readonly #diverge = new Set<() => void>();
  /** While set, nobody gets anything: the server is away. */
  away = false;

  constructor() {
    this.#createdAt = this.#time;
  }

  append(subject: string, text: string): number {
    this.#last++;
    this.#time++;
    const data = new TextEncoder().encode(text);
    this.#messages.push({ sequence: this.#last, subject, time: this.#time as EpochMs, data });
    for (const wake of this.#woken) wake();
    return this.#last;
  }

  /** Removes what is before `first`. */
  purge(first = this.#last + 1): void {
    this.#first = first;
    this.#messages = this.#messages.filter(({ sequence }) => sequence >= first);
  }

  /** Loses what came after `last`, as a server does that had acknowledged before it wrote. */
  rollBack(last: number): void {
    this.#last = last;
    this.#messages = this.#messages.filter(({ sequence }) => sequence <= last);
  }

  /** Another stream under the same name: whoever follows learns it from the consumer that is gone. */
  recreate(): void {
    for (const end of this.#diverge) end();
    this.#messages = [];
    this.#first = 1;
    this.#last = 0;
    this.#time++;
    this.#createdAt = this.#time;
  }

  get bounds(): StreamBounds {
    return { first: this.#first, last: this.#last, createdAt: this.#createdAt as EpochMs };
  }

  readonly reader: Pick<StreamReader, "follow" | "bounds"> = {
    bounds: async () => {
      if (this.away) throw new Error("no leader");
      return this.bounds;
    },
    follow: async ({ subject, after }, handler) => {
      if (this.away) throw new Error("no leader");
      return this.#follow(subject, after, handler);
    },
  };

  #follow(subject: string, after: number, handler: Handler) {
    const unread = (beyond: number): StreamMessage[] =>
      this.away ? [] : this.#messages.filter((each) => each.subject === subject && each.sequence > beyond);
    let position = after;
    let covered = after;
    let end: FollowEnd | undefined;
    let wake: (() => void) | undefined;
    const onChange = (): void => wake?.();
    const run = async (): Promise<FollowEnd> => {
      while (end === undefined) {
        const [message] = unread(position);
        if (message === undefined) {
          covered = Math.max(position, this.away ? 0 : this.#last);
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        await handler(message);
        position = message.sequence;
      }
      return end;
    };
    const diverge = (): void => {
      end = "diverged";
      wake?.();
    };
    this.#woken.add(onChange);
    this.#diverge.add(diverge);
    const ended = run().catch((): FollowEnd => "failed");
    return {
      get position() {
        return position;
      },
      get covered() {
        return Math.max(position, covered);
      },
      get pending() {
        return unread(position).length;
      },
      ended,
      stop: async () => {
        end ??= "stopped";
        this.#woken.delete(onChange);
        this.#diverge.delete(diverge);
        wake?.();
        await ended;
      },
    };
  }
}
