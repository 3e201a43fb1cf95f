import { z } from "zod";
import { buckets } from "../../protocols/topology.ts";
import type { KeyValue } from "../../runtime/index.ts";

// Where the sink is, in the bucket SINK. Written by compare-and-set only: of two sinks one is told that it lost.

const sequence = z.number().int().nonnegative();

const Mark = z.object({
  /** Every sequence up to here is in ClickHouse. */
  acknowledged: sequence,
  /** The last message that had rows: those of an intact warehouse reach up to it. */
  newest: sequence.optional(),
  /** A range whose blocks may or may not be there. What was counted of it tells whether a rebuild is the same. */
  sent: z
    .object({ from: sequence, to: sequence, messages: sequence, rows: sequence, layout: z.string() })
    .optional(),
  /** Who writes; absent after an orderly end. */
  owner: z.string().optional(),
});
export type Mark = z.infer<typeof Mark>;
export type SentRange = NonNullable<Mark["sent"]>;

export const sinkBucket = buckets.sink;

export interface StoredMark {
  readonly mark: Mark;
  readonly revision: number;
}

export async function readMark(bucket: KeyValue, markKey: string): Promise<StoredMark> {
  const entry = await bucket.get(markKey);
  if (entry === undefined) return { mark: { acknowledged: 0 }, revision: 0 };
  return { mark: Mark.parse(JSON.parse(new TextDecoder().decode(entry.value))), revision: entry.revision };
}

/** The new revision; undefined when another sink wrote since `revision`. */
export async function writeMark(
  bucket: KeyValue,
  markKey: string,
  mark: Mark,
  revision: number,
): Promise<number | undefined> {
  const outcome = await bucket.put(markKey, new TextEncoder().encode(JSON.stringify(mark)), revision);
  return outcome.kind === "stored" ? outcome.revision : undefined;
}
