import type { JournalAppend, JournalEntry, JournalLog } from "../ports/journal.ts";

/** A fault that the memory journal acts out, as the server and the network do. */
export type JournalFault =
  /** Stored, but the acknowledgement is lost. */
  | "lost_acknowledgement"
  /** Not stored now; arrives with a later call, if its expectation still holds. */
  | "late_arrival"
  /** Never arrives. */
  | "lost_request";

/** The journal's twin: same rules as the server, faults on demand, no time passes. */
export class MemoryJournal implements JournalLog {
  readonly #subjects = new Map<string, JournalEntry[]>();
  readonly #late: (() => void)[] = [];
  readonly #fault: () => JournalFault | undefined;
  #sequence = 0;

  constructor(fault: () => JournalFault | undefined = () => undefined) {
    this.#fault = fault;
  }

  async tail(subject: string): Promise<JournalEntry | undefined> {
    return this.#subjects.get(subject)?.at(-1);
  }

  async append(subject: string, data: Uint8Array, expectedSequence: number): Promise<JournalAppend> {
    this.#late.shift()?.(); // what was delayed overtakes us here
    const store = (): JournalAppend => this.#store(subject, data, expectedSequence);
    const fault = this.#fault();
    if (fault === undefined) return store();
    if (fault === "lost_acknowledgement") store();
    if (fault === "late_arrival") this.#late.push(store);
    return { kind: "unknown", reason: fault };
  }

  async *read(subject: string, after: number, upTo: number): AsyncGenerator<JournalEntry> {
    for (const entry of this.#subjects.get(subject) ?? []) {
      if (entry.sequence > after && entry.sequence <= upTo) yield entry;
    }
  }

  #store(subject: string, data: Uint8Array, expectedSequence: number): JournalAppend {
    const entries = this.#subjects.get(subject) ?? [];
    if ((entries.at(-1)?.sequence ?? 0) !== expectedSequence) return { kind: "conflict" };
    this.#sequence++;
    entries.push({ sequence: this.#sequence, data });
    this.#subjects.set(subject, entries);
    return { kind: "stored", sequence: this.#sequence };
  }
}
