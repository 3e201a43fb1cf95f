import { Backoff } from "../../runtime/index.ts";
import type { Clock, Log, Random } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { columns, identity } from "../schema.ts";
import { failureText } from "../warehouse-failure.ts";
import type { Block } from "./blocks.ts";

// Puts a block into ClickHouse once.
//   B1. An insert that did not succeed is in doubt: it is looked up before it is tried again.
//   B2. The look-up asks for rows by id and log position. Position matters: the id alone may be there already, from an
//       earlier message with the same event, and would pass for the block.
//   B3. It asks for two rows, because a merge may have dropped one as the later of two with its id. If both are gone
//       the block is written again, and the same merge drops it again.

export interface BlockWriter {
  /** Resolves when the block is there; "stopped" when the signal came first. Waits as long as ClickHouse is away. */
  write(block: Block, known: "absent" | "in_doubt"): Promise<"written" | "stopped">;
}

export interface BlockWriterOptions {
  readonly warehouse: Warehouse;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const retryMsMax = 10_000;

export function createBlockWriter({
  warehouse,
  log,
  clock,
  random,
  signal,
}: BlockWriterOptions): BlockWriter {
  return {
    async write(block, known) {
      const backoff = new Backoff(random, { maxMs: retryMsMax });
      let state: "absent" | "in_doubt" | "present" = known;
      while (!signal.aborted) {
        const answer =
          state === "in_doubt"
            ? await isPresent(warehouse, block)
            : await warehouse.insert(block.table, columns[block.table] as never, block.rows);
        if (answer.ok) {
          if (state === "absent" || answer.value === true) return "written";
          state = "absent";
          continue;
        }
        const retryInMs = backoff.nextMs();
        log.warn("sink.block_delayed", {
          table: block.table,
          rows: block.rows.length,
          state,
          reason: failureText(answer.failure),
          retryInMs,
        });
        state = "in_doubt"; // B1
        await clock.sleep(retryInMs, signal);
      }
      return "stopped";
    },
  };
}

async function isPresent(warehouse: Warehouse, { table, rows }: Block) {
  const names = columns[table] as readonly string[];
  const sentinels = [rows[0] ?? [], rows.at(-1) ?? []]; // B3
  const parameters: Record<string, string> = {};
  const conditions = sentinels.map((values, index) => {
    const equal = Object.entries(identity[table]).map(([name, type]) => {
      parameters[`${name}_${index}`] = String(values[names.indexOf(name)]);
      return `${name} = {${name}_${index}:${type}}`;
    });
    return `(${equal.join(" AND ")})`; // B2
  });
  const found = await warehouse.query(
    `SELECT 1 AS found FROM ${table} WHERE ${conditions.join(" OR ")} LIMIT 1`,
    parameters,
  );
  return found.ok ? { ok: true as const, value: found.value.length > 0 } : found;
}
