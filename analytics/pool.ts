import { fileURLToPath } from "node:url";
import { FixedQueue, Piscina } from "piscina";
import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import type { Breakdown, BreakdownRequest } from "../protocols/breakdown.ts";
import { fail, succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { Answer } from "../protocols/failures.ts";
import type { Analysis } from "../protocols/results.ts";
import type { RowTask, RowTaskName, RowTaskResult } from "./rows/tasks.ts";
import { WorkQueue } from "./work-queue.ts";
import type { Urgency } from "./work-queue.ts";
import type { analyseTask, breakdownTask, rowTask } from "./worker.ts";

// Threads for arithmetic.
//   P1. Work waits here and not in the library: by urgency, and by turns between experiments.
//   P2. Row work takes at most `threads`; one thread more is there for what is live, which so never waits for rows.
//   P3. What is no longer wanted leaves the line; a piece that runs already ends, since it is short.

export interface PoolConfig {
  /** Statistics run on so many threads beside the event loop. */
  readonly threads: number;
  /** Requests that may wait beyond those being worked on; more are refused. */
  readonly queueLengthMax: number;
  /** Another worker, to test what becomes of one that dies. */
  readonly worker?: URL;
}

/** Why a piece of work has no result. */
export type WorkFailure =
  | { readonly code: "overloaded"; readonly retryAfterMs: number }
  | { readonly code: "closing" }
  | { readonly code: "cancelled" }
  | { readonly code: "failed"; readonly error: string };

export interface WorkOptions {
  readonly urgency: Exclude<Urgency, "live">;
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

export interface PoolFigures {
  readonly waiting: number;
  readonly running: number;
  /** Since the start. */
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly waitedMs: number;
  readonly workedMs: number;
}

export interface Pool {
  /** Rejects only when our own code fails; a full or closed pool is an answer. `owner`: whose turn it takes. */
  analyse(request: AnalyseRequest, owner?: string): Promise<Answer<Analysis>>;
  /** The same manners. */
  breakdown(request: BreakdownRequest, owner?: string): Promise<Answer<Breakdown>>;
  /** One piece of row work. Never rejects. */
  work<Name extends RowTaskName>(
    task: Extract<RowTask, { name: Name }>,
    options: WorkOptions,
  ): Promise<Reply<RowTaskResult<Name>, WorkFailure>>;
  readonly figures: PoolFigures;
  /** Pieces that may be at work at the same time. */
  readonly threads: number;
  /** Finishes what was accepted, for at most 5 s, then ends the threads. Idempotent. */
  close(): Promise<void>;
}

/** A retry may come after one analysis of the largest experiment (50 variants × 201 metrics × 10 µs = 0.1 s). */
const retryAfterMs = 100;
const closeMsMax = 5_000;
/** Longer than the second between two looks at a running experiment, so that its thread is still warm. */
const idleMsMax = 60_000;
/** One answer computes at a time (rows/desk.ts): at most 50 variants × 500 pairs of replicates. */
const rowPiecesMax = 50_000;

/** The worker's functions: a name that it does not have does not compile. */
type LiveTasks = { analyseTask: typeof analyseTask; breakdownTask: typeof breakdownTask };
const pieceTask = "rowTask" satisfies keyof { rowTask: typeof rowTask };

interface Piece {
  readonly urgency: Urgency;
  readonly owner: string;
  readonly since: number;
  readonly name: keyof LiveTasks | typeof pieceTask;
  readonly payload: AnalyseRequest | BreakdownRequest | RowTask;
  readonly settle: (outcome: Promise<unknown>) => void;
}

export function openPool({ threads, queueLengthMax, worker }: PoolConfig): Pool {
  const piscina = new Piscina<Piece["payload"], unknown>({
    filename: fileURLToPath(worker ?? new URL("./worker.ts", import.meta.url)),
    minThreads: 1,
    maxThreads: threads + 1, // P2
    idleTimeout: idleMsMax,
    closeTimeout: closeMsMax,
    // Without a queue of its own a pool shares the library's default one with every other pool of the process.
    taskQueue: new FixedQueue(),
  });
  // A thread that dies idle is replaced, one that dies at work rejects its task; neither may end the process.
  piscina.on("error", () => undefined);
  const queue = new WorkQueue<Piece>();
  const running = { live: 0, rows: 0 };
  const figures = { done: 0, failed: 0, cancelled: 0, waitedMs: 0, workedMs: 0 };
  let livePending = 0;
  let closed: Promise<void> | undefined;
  let emptied: (() => void) | undefined;

  function start(): void {
    for (;;) {
      const mayGo = (urgency: Urgency): boolean =>
        running.live + running.rows <= threads && (urgency === "live" || running.rows < threads);
      const piece = queue.take(mayGo);
      if (piece === undefined) break;
      const kind = piece.urgency === "live" ? "live" : "rows";
      running[kind]++;
      const begun = performance.now();
      figures.waitedMs += begun - piece.since;
      const outcome = piscina.run(piece.payload, { name: piece.name });
      piece.settle(outcome);
      void outcome
        .then(
          () => void figures.done++,
          () => void figures.failed++,
        )
        .then(() => {
          figures.workedMs += performance.now() - begun;
          running[kind]--;
          start();
        });
    }
    if (queue.length === 0 && running.live + running.rows === 0) emptied?.();
  }

  /** Its outcome once it went; undefined when it was taken out of the line before. */
  function enqueue(
    piece: Pick<Piece, "urgency" | "owner" | "name" | "payload">,
    signal?: AbortSignal,
  ): Promise<{ readonly value: unknown } | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (!queue.remove(entry)) return;
        figures.cancelled++;
        resolve(undefined);
      };
      const entry: Piece = {
        ...piece,
        since: performance.now(),
        settle(outcome) {
          signal?.removeEventListener("abort", leave);
          outcome.then((value) => resolve({ value }), reject);
        },
      };
      queue.push(entry);
      signal?.addEventListener("abort", leave, { once: true });
      start();
    });
  }

  async function live<Name extends keyof LiveTasks>(
    name: Name,
    payload: Parameters<LiveTasks[Name]>[0],
    owner: string,
  ): Promise<Answer<ReturnType<LiveTasks[Name]>>> {
    if (closed !== undefined)
      return fail({ code: "unavailable", reason: "the pool is closing", retryAfterMs });
    if (livePending >= threads + queueLengthMax) return fail({ code: "overloaded", retryAfterMs });
    livePending++;
    try {
      const done = await enqueue({ urgency: "live", owner, name, payload });
      return succeed(done?.value as ReturnType<LiveTasks[Name]>);
    } finally {
      livePending--;
    }
  }

  return {
    threads,
    get figures() {
      return { ...figures, waiting: queue.length, running: running.live + running.rows };
    },
    analyse: (request, owner = "") => live("analyseTask", request, owner),
    breakdown: (request, owner = "") => live("breakdownTask", request, owner),
    async work<Name extends RowTaskName>(
      task: Extract<RowTask, { name: Name }>,
      { signal, ...turn }: WorkOptions,
    ): Promise<Reply<RowTaskResult<Name>, WorkFailure>> {
      if (closed !== undefined) return fail({ code: "closing" });
      if (signal?.aborted === true) return fail({ code: "cancelled" });
      if (queue.length >= rowPiecesMax) return fail({ code: "overloaded", retryAfterMs });
      try {
        const done = await enqueue({ ...turn, name: pieceTask, payload: task }, signal);
        if (done === undefined) return fail({ code: "cancelled" });
        return succeed(done.value as RowTaskResult<Name>);
      } catch (error) {
        return fail({ code: "failed", error: error instanceof Error ? error.message : String(error) });
      }
    },
    close() {
      closed ??= new Promise<void>((resolve) => {
        emptied = resolve;
        start();
        setTimeout(resolve, closeMsMax).unref();
      }).then(() => piscina.close());
      return closed;
    },
  };
}
