import { isHash64, uint64Text } from "../../protocols/hash64.ts";
import { Backoff } from "../../runtime/index.ts";
import type { Clock, Log, Random } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { columnNames, identityOf, tables } from "../schema/tables.ts";
import { failureText } from "../warehouse-failure.ts";
import type { Block } from "./blocks.ts";
import type { SinkFigures } from "./figures.ts";
import type { Tombstones } from "./tombstones.ts";

// Puts a block into ClickHouse once.
//   B1. An insert that did not succeed is in doubt: it is looked up before it is tried again. Not where some of its rows may
//       be there from another time, written in other blocks: they say nothing of the rest, so it is written again.
//   B2. The look-up asks for rows by id and log position. Position matters: the id alone may be there already, from an
//       earlier message with the same event, and would pass for the block.
//   B3. It asks for two rows, because a merge may have dropped one as the later of two with its id. If both are gone
//       the block is written again, and the same merge drops it again.
//   B4. Rows of deleted units are left out after the block was cut, so that it is cut alike before and after a deletion.

export interface BlockWriter {
  /** Resolves when the block is there; "stopped" when the signal came first. Waits as long as ClickHouse is away. */
  write(block: Block, known: Known): Promise<"written" | "stopped">;
}

/** `in_doubt`: all of its rows are there, or none; `in_part`: or some. */
export type Known = "absent" | "in_doubt" | "in_part";

export interface BlockWriterOptions {
  readonly warehouse: Warehouse;
  readonly tombstones: Tombstones;
  readonly figures: SinkFigures;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const retryMsMax = 10_000;

export function createBlockWriter({
  warehouse,
  tombstones,
  figures,
  log,
  clock,
  random,
  signal,
}: BlockWriterOptions): BlockWriter {
  return {
    async write(block, known) {
      const backoff = new Backoff(random, { maxMs: retryMsMax });
      let state = known;
      while (!signal.aborted) {
        const rows = tombstones.without(block); // B4: a deletion may come while we wait
        if (rows.length === 0) return "written";
        const answer =
          state === "in_doubt"
            ? await isPresent(warehouse, { table: block.table, rows })
            : await warehouse.insert(
                tables[block.table],
                rows.map(({ values }) => values),
              );
        if (answer.ok) {
          figures.inDoubt = 0;
          if (state === "in_doubt" && answer.value === false) {
            state = "absent";
            continue;
          }
          figures.rows += rows.length;
          figures.blocks++;
          return "written";
        }
        figures.retries++;
        figures.inDoubt = 1;
        const retryInMs = backoff.nextMs();
        log.warn("sink.block_delayed", {
          table: block.table,
          rows: rows.length,
          state,
          code: answer.failure.code,
          reason: failureText(answer.failure),
          retryInMs,
        });
        if (state === "absent") state = "in_doubt"; // B1
        await clock.sleep(retryInMs, signal);
      }
      return "stopped";
    },
  };
}

/** Of names, numbers and hashes: no other value names a row. */
const parameterOf = (value: unknown): string => (isHash64(value) ? uint64Text(value) : String(value));

async function isPresent(warehouse: Warehouse, { table, rows }: Block) {
  const names = columnNames(table);
  const sentinels = [rows[0], rows.at(-1)]; // B3
  const parameters: Record<string, string> = {};
  const conditions = sentinels.map((row, index) => {
    const equal = identityOf(table).map(([name, type]) => {
      parameters[`${name}_${index}`] = parameterOf(row?.values[names.indexOf(name)]);
      return `${name} = {${name}_${index}:${type}}`;
    });
    return `(${equal.join(" AND ")})`; // B2
  });
  const found = await warehouse.query(
    `SELECT 1 AS found FROM ${tables[table].name} WHERE ${conditions.join(" OR ")} LIMIT 1`,
    parameters,
  );
  return found.ok ? { ok: true as const, value: found.value.length > 0 } : found;
}
