import type { IngestReceipt } from "../../protocols/event.ts";
import type { Json } from "../../protocols/json.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { CliFailure } from "../failure.ts";
import { eventOf, type Mapping } from "./mapping.ts";
import type { TableRow } from "./table.ts";

// Rows into the service.
//   S1. A chunk is sent with the same ids until it was answered for, whatever dies meanwhile: it counts once.
//   S2. `answered` is the row up to which every row was answered for, whatever the chunks behind it do.
//   S3. Memory holds `chunksInFlightMax` chunks, not the file.

export interface Sent {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly optedOut: number;
  readonly rejected: number;
  /** S2. */
  readonly answered: number;
}

/** One row that was not taken, with everything needed to mend it. */
export interface Reject {
  readonly row: number;
  readonly code: string;
  readonly message: string;
  readonly event: Readonly<Record<string, Json>> | undefined;
}

export interface SendOptions {
  readonly api: Api;
  readonly environment: string;
  readonly mapping: Mapping;
  readonly file: string;
  /** Rows up to here were answered for before. */
  readonly after: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onReject: (reject: Reject) => void;
  readonly onProgress: (sent: Sent) => void;
}

const chunkEventsMax = 1_000;
/** Half of the gateway's body limit. */
const chunkBytesMax = 524_288;
const chunksInFlightMax = 4;
/** A minute's outage and its recovery must not end a backfill; an hour's should. */
const chunkDeadlineMs = 15 * 60_000;

interface Chunk {
  readonly events: { readonly row: number; readonly event: Readonly<Record<string, Json>> }[];
  lastRow: number;
}

export async function sendTable(rows: AsyncIterable<TableRow>, options: SendOptions): Promise<Sent> {
  const { signal: outer, onProgress, after } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([outer, failed.signal]);
  const sum = { rows: 0, accepted: 0, duplicate: 0, optedOut: 0, rejected: 0 };
  const chunks = chunksOf(rows, options, () => sum.rejected++);
  const underWay = new Set<number>();
  let newest = after;
  let started = after;
  const answered = (): number => (underWay.size === 0 ? newest : Math.min(...underWay) - 1);
  const work = async (): Promise<void> => {
    for (;;) {
      const { value: chunk, done } = await chunks.next(); // an async generator hands out one at a time
      if (done === true || signal.aborted) return;
      const first = started + 1;
      started = chunk.lastRow;
      underWay.add(first);
      const receipt = await sendChunk(chunk, { ...options, signal });
      underWay.delete(first);
      newest = Math.max(newest, chunk.lastRow);
      sum.rows = Math.max(sum.rows, newest - after);
      sum.accepted += receipt.accepted;
      sum.duplicate += receipt.duplicate;
      sum.optedOut += receipt.optedOut ?? 0;
      sum.rejected += receipt.rejected;
      onProgress({ ...sum, answered: answered() });
    }
  };
  const workers = Array.from({ length: chunksInFlightMax }, () =>
    work().catch((error: unknown) => {
      failed.abort(error); // one chunk that cannot be sent ends the others, too
    }),
  );
  await Promise.all(workers);
  await chunks.return(undefined);
  outer.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  return { ...sum, answered: answered() };
}

async function* chunksOf(
  rows: AsyncIterable<TableRow>,
  { mapping, file, after, onReject }: SendOptions,
  refused: () => void,
): AsyncGenerator<Chunk, undefined> {
  let chunk: Chunk = { events: [], lastRow: after };
  let bytes = 0;
  for await (const row of rows) {
    if (row.number <= after) continue;
    const mapped =
      row.kind === "broken"
        ? ({ kind: "malformed", reason: row.reason } as const)
        : eventOf(row.cells, row.number, { mapping, file });
    chunk.lastRow = row.number;
    if (mapped.kind === "malformed") {
      refused();
      onReject({ row: row.number, code: "malformed_row", message: mapped.reason, event: undefined });
      continue;
    }
    chunk.events.push({ row: row.number, event: mapped.event });
    bytes += Buffer.byteLength(JSON.stringify(mapped.event)) + 1;
    if (chunk.events.length < chunkEventsMax && bytes < chunkBytesMax) continue;
    yield chunk;
    chunk = { events: [], lastRow: row.number };
    bytes = 0;
  }
  yield chunk; // perhaps without events: rows at the end that were all malformed are answered for, too
  return undefined;
}

const nothing: IngestReceipt = { status: "ok", accepted: 0, duplicate: 0, rejected: 0, errors: [] };

async function sendChunk({ events }: Chunk, options: SendOptions): Promise<IngestReceipt> {
  if (events.length === 0) return nothing;
  const { api, environment, signal, onReject } = options;
  const receipt = await api.call<IngestReceipt>(routes.events.method, routes.events.path, {
    body: { events: events.map(({ event }) => event) },
    query: { env: environment },
    signal,
    deadlineMs: chunkDeadlineMs, // S1
  });
  for (const { index, code, message } of receipt.errors) {
    const refused = events[index];
    if (refused !== undefined) onReject({ row: refused.row, code, message, event: refused.event });
  }
  const [first] = receipt.errors;
  if (receipt.rejected === chunkEventsMax)
    throw new CliFailure(
      "events_rejected",
      `all of ${events.length} events were refused, the first with: ${first?.message ?? "no reason"}`,
    );
  return receipt;
}
