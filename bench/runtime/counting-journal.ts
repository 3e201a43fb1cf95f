import type { JournalAppend, JournalEntry, JournalLog } from "../../runtime/ports/journal.ts";

/** Another journal, and what was appended to it. */
export class CountingJournal implements JournalLog {
  readonly #journal: JournalLog;
  commits = 0;
  bytes = 0;

  constructor(journal: JournalLog) {
    this.#journal = journal;
  }

  reset(): void {
    this.commits = 0;
    this.bytes = 0;
  }

  tail(subject: string): Promise<JournalEntry | undefined> {
    return this.#journal.tail(subject);
  }

  append(subject: string, data: Uint8Array, expectedSequence: number): Promise<JournalAppend> {
    this.commits++;
    this.bytes += data.length;
    return this.#journal.append(subject, data, expectedSequence);
  }

  read(subject: string, after: number, upTo: number): AsyncIterable<JournalEntry> {
    return this.#journal.read(subject, after, upTo);
  }
}
