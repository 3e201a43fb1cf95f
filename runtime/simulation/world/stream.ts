import type { EpochMs } from "../../../protocols/time.ts";
import type { StreamMessage } from "../../ports/connection.ts";

export type Stored = { readonly kind: "stored"; readonly sequence: number } | { readonly kind: "conflict" };

interface Known {
  readonly sequence: number;
  readonly atMs: number;
}

/** Message ids are known for this long: JetStream's default. */
export const duplicateWindowMs = 120_000;

/** A stream of the store: appended by compare-and-set or under a message id, read by anybody. Loses only what is
 *  purged, and that only for its readers: an auditor sees all that ever was. */
export class SimulatedStream {
  readonly messages: StreamMessage[] = [];
  readonly #bySubject = new Map<string, StreamMessage[]>();
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;
  #firstSequence = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  get lastSequence(): number {
    return this.messages.length;
  }

  /** The oldest message that readers are given. */
  get firstSequence(): number {
    return this.#firstSequence;
  }

  purge(upTo: number): void {
    this.#firstSequence = Math.max(this.#firstSequence, upTo + 1);
  }

  get subjects(): readonly string[] {
    return [...this.#bySubject.keys()];
  }

  of(subject: string): readonly StreamMessage[] {
    return this.#bySubject.get(subject) ?? [];
  }

  append(
    subject: string,
    data: Uint8Array,
    options: { readonly expected?: number; readonly messageId?: string } = {},
  ): Stored {
    const { expected, messageId } = options;
    const known = messageId === undefined ? undefined : this.#known.get(messageId);
    const atMs = this.#now();
    if (known !== undefined && atMs - known.atMs <= duplicateWindowMs)
      return { kind: "stored", sequence: known.sequence };
    if (expected !== undefined && (this.of(subject).at(-1)?.sequence ?? 0) !== expected)
      return { kind: "conflict" };
    const sequence = this.messages.length + 1;
    const message = { sequence, subject, time: Math.floor(atMs) as EpochMs, data };
    this.messages.push(message);
    const same = this.#bySubject.get(subject);
    if (same === undefined) this.#bySubject.set(subject, [message]);
    else same.push(message);
    if (messageId !== undefined) this.#known.set(messageId, { sequence, atMs });
    for (const listener of this.#listeners) listener();
    return { kind: "stored", sequence };
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
