import { Agent } from "node:http";
import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { Clock } from "../runtime/index.ts";
import { fail, succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import { NativeEncoder } from "./native/encode.ts";
import type { ColumnType } from "./native/encode.ts";
import { refusalOf } from "./warehouse-failure.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// The one place that knows the ClickHouse client. The same path serves a server and the embedded warehouse.
//   W1. Settings travel with their request and end with it.
//   W2. Only reads are repeated here. A failed insert is in doubt, and only the sink knows how to settle it.
//   W3. The engine gives up before we do, so that after a time-out nothing of ours is still running there.

export interface WarehouseOptions {
  /** A server; or … */
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  /** Of the servers, where they are one. */
  readonly cluster?: string;
  /** … the embedded warehouse's socket. */
  readonly socketPath?: string;
  readonly clock: Clock;
  /** An answer could not be given because a part cannot be read. */
  readonly unreadable?: () => void;
}

export type Answered<Value> = Promise<Reply<Value, WarehouseFailure>>;
export type Parameters = Readonly<
  Record<string, string | number | bigint | readonly string[] | readonly number[] | readonly bigint[]>
>;

export interface InsertTable {
  readonly name: string;
  readonly columns: readonly ColumnType[];
}

export interface Warehouse {
  readonly embedded: boolean;
  readonly cluster: string | undefined;
  /** Rows as arrays in the order of the table's columns. All of one partition, or the insert is not atomic. */
  insert(table: InsertTable, rows: readonly (readonly unknown[])[]): Answered<void>;
  query<Row>(
    sql: string,
    parameters?: Parameters,
    options?: { readonly timeoutMs?: number },
  ): Answered<Row[]>;
  /** Columns in ClickHouse's Native format, as they come. An abort, or a time-out, ends the query over there, too. */
  stream(
    sql: string,
    parameters: Parameters,
    receive: (chunk: Uint8Array) => void,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined },
  ): Answered<void>;
  command(sql: string, parameters?: Parameters, options?: { readonly timeoutMs?: number }): Answered<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** The sink's two lanes, six reports and a little: more would only wait in the warehouse. */
const connectionsMax = 12;
const insertTimeoutMs = 60_000;
/** Of the sink's two lanes. */
const encodersKeptMax = 2;
const queryTimeoutMs = 30_000;
/** Between the engine's limit and ours: its answer has to travel. */
const graceMs = 5_000;
/** Two repeats of a read: one for a connection closed under us, one for a warehouse that restarts. */
const readAttemptsMax = 3;
const readRetryMs = 200;
/** Before each search for a query that was given up: it may be on its way still. Its own time limit is the end. */
const killPausesMs = [0, 100, 500, 2_000, 5_000];

export function openWarehouse(options: WarehouseOptions): Warehouse {
  const { socketPath, clock } = options;
  const embedded = socketPath !== undefined;
  const client = createClient({
    url: embedded ? "http://warehouse" : (options.url ?? "http://127.0.0.1:8123"),
    username: options.username ?? "default",
    password: options.password ?? "",
    application: "weir",
    max_open_connections: connectionsMax,
    // Above every limit that a request sets of its own (W3).
    request_timeout: 10 * 60_000,
    compression: { request: !embedded, response: !embedded }, // on one machine it would only cost
    // Below any server's idle limit (3 s in old ones), or we would write into a closing socket.
    keep_alive: { enabled: true, idle_socket_ttl: 1_000 },
    ...(embedded ? { http_agent: socketAgent(socketPath), set_basic_auth_header: false } : {}),
    log: { level: ClickHouseLogLevel.OFF }, // failures are returned; the client's own text holds statements
  });

  const closing = new AbortController();
  const searches = new Set<Promise<void>>();
  const encoders: NativeEncoder[] = [];

  async function within<Value>(
    timeoutMs: number,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Answered<Value> {
    const timer = new AbortController();
    const deadline = clock.sleep(timeoutMs, timer.signal).then(() => timer.abort("deadline"));
    try {
      return succeed(await work(timer.signal));
    } catch (error) {
      const failure: WarehouseFailure = timer.signal.aborted
        ? { code: "warehouse_timeout", afterMs: timeoutMs }
        : failureOf(error, timeoutMs);
      if (failure.code === "warehouse_unreadable") options.unreadable?.();
      return fail(failure);
    } finally {
      timer.abort();
      await deadline;
    }
  }

  /**
   * A query that still computes does not notice that nobody listens: it is looked up by its mark and ended. It may have
   * been given up before it began over there, so it is looked for more than once.
   */
  async function endOverThere(mark: string): Promise<void> {
    const condition = "query LIKE {mark:String} AND query NOT LIKE '%KILL QUERY%'";
    const where = options.cluster === undefined ? "" : " ON CLUSTER {cluster:Identifier}";
    const query_params = { mark: `%${mark}%`, ...(where === "" ? {} : { cluster: options.cluster }) };
    for (const pauseMs of killPausesMs) {
      await clock.sleep(pauseMs, closing.signal);
      if (closing.signal.aborted) return;
      const killed = await within(graceMs, async (signal) => {
        const query = `KILL QUERY${where} WHERE ${condition} ASYNC`;
        const found = await client.query({ query, query_params, format: "JSON", abort_signal: signal });
        return (await found.json()).data.length > 0;
      });
      if (killed.ok && killed.value) return;
    }
  }

  async function read<Row>(sql: string, parameters: Parameters, timeoutMs: number): Answered<Row[]> {
    return within(timeoutMs + graceMs, async (signal) => {
      const result = await client.query({
        query: sql,
        format: "JSON",
        query_params: parameters,
        abort_signal: signal,
        clickhouse_settings: {
          max_execution_time: timeoutMs / 1_000,
          output_format_json_quote_64bit_integers: 1, // JS numbers lose integers above 2^53
          output_format_json_quote_denormals: 1,
        },
      });
      return (await result.json<Row>()).data;
    });
  }

  async function insertBody({ name, columns }: InsertTable, body: Buffer): Answered<void> {
    return within(insertTimeoutMs + graceMs, async (signal) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${name} (${columns.map(([column]) => column).join(", ")}) FORMAT Native`,
        values: Readable.from(body),
        abort_signal: signal,
        decompress_response_stream: false,
        clickhouse_settings: {
          max_execution_time: insertTimeoutMs / 1_000,
          async_insert: 0,
          // A replicated table drops a block it has seen under this token. Where the window is 0, as in the
          // embedded engine, whose token log can outrun its data, it would do nothing: so it is not sent.
          ...(embedded ? {} : { insert_deduplication_token: tokenOf(name, body) }),
          // Through a Distributed table an insert is answered when the shards have it, not when one server means to tell them.
          ...(options.cluster === undefined ? {} : { distributed_foreground_insert: 1 }),
        },
      });
      await finished(stream.resume()); // empty
    });
  }

  return {
    embedded,
    cluster: options.cluster,

    async insert(table, rows) {
      if (rows.length === 0) return succeed(undefined);
      const encoder = encoders.pop() ?? new NativeEncoder();
      const body = encoder.encode(table.columns, rows);
      const answer = body.ok ? await insertBody(table, body.value) : body;
      // What a failed request may still be sending is not written over.
      if (answer.ok && encoders.length < encodersKeptMax) encoders.push(encoder);
      return answer;
    },

    async query<Row>(sql: string, parameters: Parameters = {}, { timeoutMs = queryTimeoutMs } = {}) {
      for (let attempt = 1; ; attempt++) {
        const answer = await read<Row>(sql, parameters, timeoutMs);
        if (answer.ok || answer.failure.code !== "warehouse_unavailable" || attempt === readAttemptsMax)
          return answer; // W2
        await clock.sleep(readRetryMs * attempt);
      }
    },

    async stream(sql, parameters, receive, { timeoutMs = queryTimeoutMs, signal } = {}) {
      const mark = `weir-${randomUUID()}`;
      let givenUp = false;
      const answer = await within(timeoutMs + graceMs, async (deadline) => {
        const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
        try {
          const { stream } = await client.exec({
            query: `/* ${mark} */ ${sql}\nFORMAT Native`,
            query_params: parameters,
            abort_signal: either,
            decompress_response_stream: !embedded,
            clickhouse_settings: { max_execution_time: timeoutMs / 1_000, max_result_bytes: "0" },
          });
          // The client's own abort ends with the head of the answer; what comes after is cut here.
          const cut = (): unknown => stream.destroy();
          either.addEventListener("abort", cut, { once: true });
          for await (const chunk of stream) receive(chunk as Uint8Array);
          either.throwIfAborted();
        } finally {
          givenUp = either.aborted;
        }
      });
      if (givenUp) {
        const search = endOverThere(mark).finally(() => searches.delete(search));
        searches.add(search);
      }
      return answer;
    },

    command: (sql, parameters = {}, { timeoutMs = insertTimeoutMs } = {}) =>
      within(timeoutMs + graceMs, async (signal) => {
        await client.command({ query: sql, query_params: parameters, abort_signal: signal });
      }),

    async ping() {
      return (await client.ping()).success;
    },
    async close() {
      closing.abort();
      await Promise.all(searches);
      await client.close();
    },
  };
}

function socketAgent(socketPath: string): Agent {
  // `socketPath` reaches net.connect through the agent's options; the types only know it on requests.
  return new Agent({ keepAlive: true, maxSockets: connectionsMax, timeout: 0, socketPath } as object);
}

const tokenOf = (table: string, body: Buffer): string =>
  createHash("sha256").update(table).update(body).digest("hex");

const unavailableCodes = new Set(["202", "236", "209", "210", "279"]); // overloaded, stopping, network
const timeoutCodes = new Set(["159"]); // TIMEOUT_EXCEEDED: the engine's own limit

function failureOf(error: unknown, timeoutMs: number): WarehouseFailure {
  const reason = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ClickHouseError))
    return { code: "warehouse_unavailable", reason, retryAfterMs: 1_000 };
  if (unavailableCodes.has(error.code)) return { code: "warehouse_unavailable", reason, retryAfterMs: 1_000 };
  if (timeoutCodes.has(error.code)) return { code: "warehouse_timeout", afterMs: timeoutMs };
  return refusalOf(Number(error.code), error.type ?? "UNKNOWN", reason);
}
