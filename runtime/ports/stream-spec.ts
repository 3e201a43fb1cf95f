/** A stream as its owner wants it: created when missing, checked when not. File storage, and a full one refuses. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
  readonly maxMessagesPerSubject?: number;
  readonly duplicateWindowMs?: number;
  readonly replicas?: number;
  /** Lets any replica answer single reads, without the leader's word that they are the newest. */
  readonly directReads?: boolean;
}
