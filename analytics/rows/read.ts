import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Answered, Warehouse } from "../clickhouse.ts";
import { readFacts } from "../summary/facts.ts";
import type { Scope } from "../summary/scope.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { NativeBlocks } from "./native.ts";
import { RowGathering } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";
import { rowStatement } from "./statement.ts";
import type { RowsAsked } from "./statement.ts";

export type ReadFailure =
  | WarehouseFailure
  | { readonly code: "too_many_rows"; readonly rowsMax: number }
  | { readonly code: "cancelled" };

export interface ReadRequest {
  readonly environment: string;
  readonly definition: ExperimentDefinition;
  readonly metric: Metric;
  readonly covariates: readonly Metric[];
  readonly more?: RowsAsked;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly rowsMax?: number;
  /** Told now and then how many rows there are. */
  readonly progress?: (rows: number) => void;
}

/** 20 M values of 8 bytes, twice while they are put side by side, are 320 MB; with a second column 640 MB. */
export const rowsMaxDefault = 20_000_000;
/** As for sums. */
const timeoutMs = 60_000;

/** A metric's values from ClickHouse, under the rules of docs/pipeline.md. */
export async function readRows(
  warehouse: Warehouse,
  request: ReadRequest,
  options: ReadOptions = {},
): Promise<Reply<RowSet, ReadFailure>> {
  const facts = await readFacts(warehouse, request.environment);
  if (!facts.ok) return facts;
  const scope: Scope = { environment: request.environment, facts: facts.value };
  const quick = await gather(warehouse, request, scope, false, options);
  const gathered =
    quick.ok && quick.value.unsure ? await gather(warehouse, request, scope, true, options) : quick;
  return gathered.ok ? succeed(gathered.value.finish()) : gathered;
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false;

async function gather(
  warehouse: Warehouse,
  { definition, metric, covariates, more }: ReadRequest,
  scope: Scope,
  covers: boolean,
  { signal, rowsMax = rowsMaxDefault, progress }: ReadOptions,
): Promise<Reply<RowGathering, ReadFailure>> {
  if (isAborted(signal)) return fail({ code: "cancelled" });
  const statement = rowStatement({ scope, definition, metric, covariates, covers, more });
  const gathering = new RowGathering(statement.columns, definition.experiment.variants.length);
  const blocks = new NativeBlocks();
  const full = new AbortController();
  const receive = (chunk: Uint8Array): void => {
    for (const block of blocks.of(chunk)) {
      if (gathering.rows + block.rows > rowsMax) return full.abort();
      gathering.add(block);
    }
    progress?.(gathering.rows);
  };
  const streamed: Awaited<Answered<void>> = await warehouse.stream(
    statement.sql,
    statement.parameters,
    receive,
    { timeoutMs, signal: signal === undefined ? full.signal : AbortSignal.any([full.signal, signal]) },
  );
  if (full.signal.aborted) return fail({ code: "too_many_rows", rowsMax });
  if (isAborted(signal)) return fail({ code: "cancelled" });
  if (!streamed.ok) return streamed;
  if (blocks.left > 0)
    return fail({ code: "warehouse_unavailable", reason: "its answer broke off", retryAfterMs: 1_000 });
  return succeed(gathering);
}
