import { openWarehouse } from "../../analytics/clickhouse.ts";
import { tables } from "../../analytics/schema/tables.ts";
import { rowsOf } from "../../analytics/sink/rows.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import { openConnection, systemClock } from "../../runtime/index.ts";
import { batchesOf, recordsOf } from "./records.ts";

// The limits, each by a process of its own that does nothing else: bare appends to the log of what gateways write, and
// bare inserts of what the sink does.

export type LimitOrder =
  | { readonly kind: "publish"; readonly natsUrl: string; readonly ms: number }
  | { readonly kind: "insert"; readonly socketPath: string; readonly ms: number };

export interface LimitOutcome {
  readonly events: number;
  readonly ms: number;
}

const environment = "bare" as EnvironmentKey;
const batchLength = 500;
/** Under way at once: two for each partition of an environment. */
const appendsAtOnce = 16;
const rowsPerBlock = 10_000;
/** As many as the embedded warehouse has connections for. */
const insertsAtOnce = 2;
const distinctRecords = 100_000;

const records = recordsOf({ count: distinctRecords, units: distinctRecords, experiments: 1 });

async function publish({ natsUrl, ms }: Extract<LimitOrder, { kind: "publish" }>): Promise<LimitOutcome> {
  const stream = { name: "BARE", subjects: ["bare.>"], maxBytes: 4 * 1024 ** 3 };
  const connection = await openConnection({ url: natsUrl, name: "bench", streams: [stream] });
  const batches = [...batchesOf(records, batchLength)].map(encodeBatch);
  const outcome = await repeated(appendsAtOnce, ms, async (index) => {
    const data = batches[index % batches.length] ?? new Uint8Array();
    const { kind } = await connection.writer.append(`bare.${index % 8}`, data);
    return kind === "stored" ? batchLength : 0;
  });
  await connection.drain();
  return outcome;
}

async function insert({ socketPath, ms }: Extract<LimitOrder, { kind: "insert" }>): Promise<LimitOutcome> {
  const warehouse = openWarehouse({ socketPath, clock: systemClock });
  const table = "weir.bare_events";
  // Without the views that feed dashboards.
  const made = await warehouse.command(`CREATE TABLE IF NOT EXISTS ${table} AS ${tables.events.name}`);
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  const rows = records
    .filter(({ type }) => type === "metric")
    .flatMap((record, index) => rowsOf(record, environment, index))
    .map(({ values }) => values);
  const blocks = Array.from({ length: Math.floor(rows.length / rowsPerBlock) }, (_, index) =>
    rows.slice(index * rowsPerBlock, (index + 1) * rowsPerBlock),
  );
  const outcome = await repeated(insertsAtOnce, ms, async (index) => {
    const block = blocks[index % blocks.length] ?? [];
    const answer = await warehouse.insert({ ...tables.events, name: table }, block);
    if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
    return block.length;
  });
  await warehouse.close();
  return outcome;
}

/** So many at once, for a time; a quarter of it before to warm up. */
async function repeated(
  atOnce: number,
  ms: number,
  work: (index: number) => Promise<number>,
): Promise<LimitOutcome> {
  let index = 0;
  const during = async (spanMs: number): Promise<LimitOutcome> => {
    const startMs = performance.now();
    let events = 0;
    const worker = async (): Promise<void> => {
      while (performance.now() < startMs + spanMs) {
        const taken = await work(index++); // apart from the sum, which others add to meanwhile
        events += taken;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return { events, ms: performance.now() - startMs };
  };
  await during(ms / 4);
  process.send?.("warm");
  return during(ms);
}

process.on("message", (order: LimitOrder) => {
  const done = order.kind === "publish" ? publish(order) : insert(order);
  void done.then((outcome) => process.send?.(outcome));
});
process.on("disconnect", () => process.exit(0));
