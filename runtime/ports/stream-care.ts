import type { KeyValueEntry } from "./connection.ts";

/** What operators need of streams and buckets besides reading and appending. */
export interface StreamCare {
  /** Removes one message and overwrites its bytes; false when there was none. */
  erase(stream: string, sequence: number): Promise<boolean>;
  /** How many messages a stream holds of each subject that fits the filter. */
  messageCounts(stream: string, subject: string): Promise<ReadonlyMap<string, number>>;
  /** The entries of a bucket whose keys begin with `prefix`, which ends with a dot, as they are now. */
  entries(bucket: string, prefix: string): AsyncIterable<KeyValueEntry>;
}
