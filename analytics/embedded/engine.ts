import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drainPending, Session } from "chdb";
import type { RawInsertFormat } from "chdb";
import { exceptions } from "./exception.ts";
import { Gate } from "./gate.ts";
import { Spool } from "./spool.ts";

// chDB as a set of connections to one directory. A connection is serial, so each runs one statement at a time, and
// inserts have connections of their own: the sink does not queue behind reports.

export interface EngineOptions {
  readonly directory: string;
  readonly memoryBytesMax: number;
}

export interface Output {
  readonly bytes: Uint8Array;
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** Where the engine counts them. */
  readonly rowsWritten?: number;
}

/** Whoever a long answer is poured to. */
export interface Taker {
  readonly wanted: () => boolean;
  /** False when nobody wants more. */
  readonly take: (bytes: Uint8Array) => Promise<boolean>;
}

export interface RawInsert {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly format: RawInsertFormat;
  readonly body: Buffer;
  readonly settings: Readonly<Record<string, string>>;
}

export interface NativeInsert {
  readonly body: Buffer;
  /** The statement, which reads the body from the file at this path. */
  readonly statement: (path: string) => string;
}

/** Each long query takes a thread of libuv's pool of 16; the rest is for files and sockets. */
const readersCount = 6;
const writersCount = 2;
/** A statement that ends others does not stand in line behind them. */
const killersCount = 1;
/** At 10 ms a short query, the last in line waits 0.4 s; behind long reports it is told so at once. */
const waitingMax = 256;
/** Marks of 100 M rows take about 100 MB; the default of 5 GB is a server's. */
const markCacheBytes = 256 * 1024 ** 2;
/** An answer is held in memory, once here and once as JSON in the asker. */
const resultBytesMax = 256 * 1024 ** 2;
/** With the values of its parameters in their places, wherever each is named: a server has them apart. */
const statementBytesMax = 4 * 1024 ** 2;

export type Engine = ReturnType<typeof openEngine>;

export function openEngine({ directory, memoryBytesMax }: EngineOptions) {
  mkdirSync(directory, { recursive: true });
  const connectionArgs = [
    `--max_server_memory_usage=${memoryBytesMax}`,
    `--mark_cache_size=${markCacheBytes}`,
    `--max_result_bytes=${resultBytesMax}`,
    `--max_query_size=${statementBytesMax}`,
  ];
  const open = (): Session => openSession(directory, connectionArgs);
  const sessions = Array.from({ length: readersCount + writersCount + killersCount }, open);
  const readers = new Gate(sessions.slice(0, readersCount), waitingMax);
  const writers = new Gate(sessions.slice(readersCount, readersCount + writersCount), waitingMax);
  const killers = new Gate(sessions.slice(readersCount + writersCount), waitingMax);
  const lanes = { read: readers, write: writers, kill: killers };
  const sumOf = (what: "running" | "waiting"): number => readers[what] + writers[what] + killers[what];
  const spool = new Spool(directory); // ours, now that it is open
  let closing = false;
  const refuseWhenClosing = (): void => {
    if (closing) throw exceptions.aborted();
  };

  return {
    async run(lane: keyof typeof lanes, sql: string, format: string): Promise<Output> {
      refuseWhenClosing();
      return use(lanes[lane], async (session) => {
        const result = await session.queryAsync(sql, { format });
        const { elapsed, rowsRead, bytesRead } = result;
        return { bytes: result.bytes(), elapsedMs: elapsed * 1_000, rowsRead, bytesRead };
      });
    },

    /** Bytes as they are made, for as long as the caller takes them. Its connection is busy until then. */
    async stream(sql: string, format: string, { wanted, take }: Taker): Promise<void> {
      refuseWhenClosing();
      await use(readers, async (session) => {
        if (!wanted()) return; // given up in the line
        for await (const chunk of session.queryStream(sql, { format })) if (!(await take(chunk.raw()))) break;
      });
    },

    /** One body becomes one part for each partition it touches, or nothing. */
    async insert({ table, columns, format, body, settings }: RawInsert): Promise<Output> {
      refuseWhenClosing();
      return use(writers, async (session) => {
        const request = {
          table,
          values: body,
          format,
          settings,
          ...(columns === undefined ? {} : { columns }),
        };
        const { elapsed, rowsWritten } = await session.insert(request);
        return {
          bytes: new Uint8Array(),
          elapsedMs: elapsed * 1_000,
          rowsRead: 0,
          bytesRead: 0,
          rowsWritten,
        };
      });
    },

    /** Of one block, and one partition: one part, or nothing. */
    async insertNative({ body, statement }: NativeInsert): Promise<Output> {
      refuseWhenClosing();
      return use(writers, (session) =>
        spool.hold(body, async (path) => {
          const { elapsed } = await session.queryAsync(statement(path), { format: "Null" });
          return { bytes: new Uint8Array(), elapsedMs: elapsed * 1_000, rowsRead: 0, bytesRead: 0 };
        }),
      );
    },

    get load() {
      return { running: sumOf("running"), waiting: sumOf("waiting") };
    },

    /** Refuses new statements, waits for the running ones, then closes. */
    async close(): Promise<void> {
      closing = true;
      await Promise.all(Object.values(lanes).map((lane) => lane.idle()));
      await drainPending();
      for (const session of sessions) session.close();
    },
  };
}

/**
 * The engine keeps what a failed statement held, its memory and its line in the list of processes, until the
 * connection's next statement.
 */
function use<Value>(gate: Gate<Session>, work: (session: Session) => Promise<Value>): Promise<Value> {
  return gate.use(async (session) => {
    try {
      return await work(session);
    } catch (error) {
      await session.queryAsync("SELECT 1").catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
  });
}

function openSession(directory: string, connectionArgs: readonly string[]): Session {
  try {
    return new Session(directory, { connectionArgs });
  } catch (error) {
    // The engine says why only on standard error; its status file names the process that holds the directory.
    const holder = holderOf(directory);
    throw holder === undefined
      ? new DoesNotOpen(`The warehouse in ${directory} does not open; the reason is on standard error`, {
          cause: error,
        })
      : new Error(`The warehouse in ${directory} is in use by process ${holder}: one process a directory`, {
          cause: error,
        });
  }
}

/** Nobody else has the directory: it, or what it lies on, is at fault. */
export class DoesNotOpen extends Error {
  override readonly name = "DoesNotOpen";
}

function holderOf(directory: string): number | undefined {
  try {
    const processId = Number(/^PID: (\d+)/.exec(readFileSync(join(directory, "status"), "utf8"))?.[1]);
    if (!Number.isInteger(processId) || processId === process.pid) return undefined;
    process.kill(processId, 0); // asks only whether it lives
    return processId;
  } catch {
    return undefined;
  }
}
