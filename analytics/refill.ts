import { z } from "zod";
import type { KeyValue } from "../runtime/index.ts";
import { feeds } from "./sink/feed.ts";
import { readMark } from "./sink/mark.ts";

// Rows that were in ClickHouse and are written again from the streams: up to where, since when, and whether the streams
// had all of them. Written before a mark goes back, so that a crash in between repeats it and forgets nothing. Sinks read
// it as well: of what they write again, some may never have been lost.

const Refill = z.object({
  /** By feed: where its mark stood when rows were missing. Level when each mark is there again. */
  targets: z.record(z.string(), z.number()),
  /** When the rows were missed, epoch ms. */
  since: z.number(),
  /** Whether a stream no longer had all that the feed had written. */
  isPartial: z.boolean(),
});
export type Refill = z.infer<typeof Refill>;

/** In the bucket SINK. */
const refillKey = "refill";

export async function readRefill(bucket: KeyValue): Promise<Refill | undefined> {
  const entry = await bucket.get(refillKey);
  return entry === undefined ? undefined : Refill.parse(JSON.parse(new TextDecoder().decode(entry.value)));
}

/** Also over one that has not ended: what that one had still to reach stays to be reached. */
export async function beginRefill(bucket: KeyValue, refill: Refill, isLevelNow: boolean): Promise<void> {
  const entry = await bucket.get(refillKey);
  const before = isLevelNow ? undefined : await readRefill(bucket);
  const targets = { ...before?.targets };
  for (const [feed, target] of Object.entries(refill.targets))
    targets[feed] = Math.max(target, targets[feed] ?? 0);
  const all: Refill = { ...refill, targets, isPartial: refill.isPartial || before?.isPartial === true };
  const bytes = new TextEncoder().encode(JSON.stringify(all));
  const outcome = await bucket.put(refillKey, bytes, entry?.revision ?? 0);
  if (outcome.kind !== "stored") throw new Error("another process recovers the same rows"); // the next start looks again
}

/** Whether all is there again that the streams had. A stream that was lost meanwhile has nothing more to give. */
export async function isLevel(
  bucket: KeyValue,
  lastOf: (stream: string, subject: string) => Promise<number>,
): Promise<boolean> {
  const refill = await readRefill(bucket);
  if (refill === undefined) return true;
  for (const { markKey, stream, subject } of Object.values(feeds)) {
    const target = refill.targets[markKey] ?? 0;
    if (target === 0) continue;
    const { acknowledged } = (await readMark(bucket, markKey)).mark;
    if (acknowledged < target && acknowledged < (await lastOf(stream, subject))) return false;
  }
  return true;
}
