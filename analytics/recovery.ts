import type { Reply } from "../protocols/errors.ts";
import { succeed } from "../protocols/errors.ts";
import type { Clock, Connection, KeyValue, Log } from "../runtime/index.ts";
import { brokenParts, detachUnreadable, rememberRepaired } from "./broken-parts.ts";
import type { Warehouse } from "./clickhouse.ts";
import { beginRefill, isLevel } from "./refill.ts";
import { markDoubt } from "./rollups/after-crash.ts";
import { markEveryDay } from "./rollups/marks.ts";
import { tableKeys, tables } from "./schema/tables.ts";
import { feeds } from "./sink/feed.ts";
import type { Feed } from "./sink/feed.ts";
import { readMark, sinkBucket, writeMark } from "./sink/mark.ts";
import type { StoredMark } from "./sink/mark.ts";
import { precedenceMax, recordsPerMessageMax } from "./sink/precedence.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// At start: does ClickHouse hold what the marks say it does? If not, the sinks go back and write again what the streams
// still have. Rows that are there already are dropped by the merge, as the later of two with one place in the log.
//   V1. Broken parts were set aside, by the engine silently: everything is read again, once for each of them.
//   V2. Rows that end before the last message that had any, or an empty warehouse: read again from there.
//   V3. That rows are being written again is remembered until they are there (refill.ts): before, nothing is computed from
//       the tables that is kept, and nothing is removed that may hold them. Rollups know nothing of a loss, and are told.

export interface RecoveryOptions {
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
}

type Found<Value> = Promise<Reply<Value, WarehouseFailure>>;

/** Sets the marks back where rows are missing. */
export async function recoverRows(options: RecoveryOptions): Found<void> {
  const { warehouse, log } = options;
  const recovered = await setBackMarks(options);
  if (recovered.ok || recovered.failure.code !== "warehouse_unreadable" || !warehouse.embedded)
    return recovered;
  const detached = await detachUnreadable(warehouse, log, new AbortController().signal);
  return detached.ok ? setBackMarks(options) : detached;
}

async function setBackMarks({ connection, warehouse, log, clock }: RecoveryOptions): Found<void> {
  const bucket = await connection.bucket(sinkBucket);
  const broken = await brokenParts(warehouse, bucket);
  if (!broken.ok) return broken;
  const missing: Missing[] = [];
  for (const feed of Object.values(feeds)) {
    const stored = await readMark(bucket, feed.markKey);
    if (stored.mark.acknowledged === 0) continue;
    const reach = await reachOf(warehouse, feed);
    if (!reach.ok) return reach;
    const from = broken.value.length > 0 ? 0 : reach.value;
    const needed = stored.mark.newest ?? (reach.value === 0 ? stored.mark.acknowledged : 0);
    if (broken.value.length === 0 && reach.value >= needed) {
      if (stored.mark.sent === undefined || feed !== feeds.events) continue;
      const doubted = await markDoubt(warehouse, stored.mark.sent);
      if (!doubted.ok) return doubted;
      continue;
    }
    const missingBefore = await firstTime(connection, feed, from);
    missing.push({ feed, stored, from, missingBefore });
    log.error("sink.rows_missing", {
      code: "warehouse_rows_missing",
      stream: feed.stream,
      expected: needed,
      found: reach.value,
      brokenParts: broken.value,
      readingFrom: from + 1,
      missingBefore,
    });
  }
  if (missing.length > 0) {
    const targets = Object.fromEntries(
      missing.map(({ feed, stored }) => [feed.markKey, stored.mark.acknowledged]),
    );
    const isPartial = missing.some(({ missingBefore }) => missingBefore !== undefined);
    const lastOf = connection.reader.lastSequence.bind(connection.reader);
    const wasLevel = await isLevel(bucket, lastOf);
    await beginRefill(bucket, { targets, since: clock.now(), isPartial }, wasLevel); // V3
    const marked = await markEveryDay(warehouse, { reason: "loss" });
    if (!marked.ok) return marked;
  }
  for (const { feed, stored, from } of missing) await setBack(bucket, feed, stored, from);
  if (broken.value.length > 0) await rememberRepaired(bucket, broken.value);
  return succeed(undefined);
}

interface Missing {
  readonly feed: Feed;
  readonly stored: StoredMark;
  readonly from: number;
  readonly missingBefore: string | undefined;
}

/** The last message of a stream of which there is any row; 0 without rows. */
async function reachOf(warehouse: Warehouse, feed: Feed): Found<number> {
  const fromDecisions = feed.stream === feeds.decisions.stream;
  const sources = tableKeys
    .filter((key) => !fromDecisions || key === "decisions")
    .map((key) => {
      const source = key === "decisions" ? `source = '${fromDecisions ? "gateway" : "client"}'` : "true";
      return `SELECT min(precedence) AS least FROM ${tables[key].name} WHERE ${source} AND precedence < ${precedenceMax}`;
    });
  const found = await warehouse.query<{ least: string }>(
    `SELECT minIf(least, least > 0) AS least FROM (${sources.join(" UNION ALL ")})`,
  );
  if (!found.ok) return found;
  const least = Number(found.value[0]?.least ?? 0);
  return succeed(least === 0 ? 0 : Math.floor((precedenceMax - least) / recordsPerMessageMax));
}

async function setBack(bucket: KeyValue, feed: Feed, { mark, revision }: StoredMark, to: number) {
  const { owner } = mark;
  await writeMark(
    bucket,
    feed.markKey,
    { acknowledged: to, ...(owner === undefined ? {} : { owner }) },
    revision,
  );
}

/** When the stream took the first message that it still has: what came before it is not coming back from there. */
async function firstTime(connection: Connection, feed: Feed, after: number): Promise<string | undefined> {
  const { stream, subject } = feed;
  const bounds = await connection.reader.bounds(stream);
  if (bounds.first <= after + 1 || bounds.first > bounds.last) return undefined;
  const range = { stream, subject, from: bounds.first, to: bounds.first };
  for await (const { time } of connection.reader.readRange(range)) return new Date(time).toISOString();
  return undefined;
}
