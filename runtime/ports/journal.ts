// The journal of entity actors: one subject each, appended by compare-and-set on its last sequence.

export interface JournalEntry {
  readonly sequence: number;
  readonly data: Uint8Array;
}

export type JournalAppend =
  | { readonly kind: "stored"; readonly sequence: number }
  /** Somebody wrote since, or our own first attempt did. */
  | { readonly kind: "conflict" }
  | { readonly kind: "full" }
  /** The server will not have it, whatever we send: sealed, out of resources, not permitted. Certainly not stored. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** The port. `tail` throws when the leader cannot be asked; `append` never throws. */
export interface JournalLog {
  tail(subject: string): Promise<JournalEntry | undefined>;
  append(subject: string, data: Uint8Array, expectedSequence: number): Promise<JournalAppend>;
  read(subject: string, after: number, upTo: number): AsyncIterable<JournalEntry>;
}
