import { fileURLToPath } from "node:url";
import { FixedQueue, Piscina } from "piscina";
import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import { fail, succeed } from "../protocols/errors.ts";
import type { Answer } from "../protocols/failures.ts";
import type { Analysis } from "../protocols/results.ts";
import type { analyseTask } from "./worker.ts";

export interface PoolConfig {
  /** Statistics run on so many threads beside the event loop. */
  readonly threads: number;
  /** Requests that may wait beyond those being worked on; more are refused. */
  readonly queueLengthMax: number;
}

export interface Pool {
  /** Rejects only when our own code fails; a full or closed pool is an answer. */
  analyse(request: AnalyseRequest): Promise<Answer<Analysis>>;
  /** Finishes what was accepted, for at most 5 s, then ends the threads. Idempotent. */
  close(): Promise<void>;
}

/** A retry may come after one analysis of the largest experiment (50 variants × 201 metrics × 10 µs = 0.1 s). */
const retryAfterMs = 100;
const closeMsMax = 5_000;
/** Longer than the second between two looks at a running experiment, so that its thread is still warm. */
const idleMsMax = 60_000;

const taskName = "analyseTask" satisfies keyof { analyseTask: typeof analyseTask };

export function openPool({ threads, queueLengthMax }: PoolConfig): Pool {
  const piscina = new Piscina<AnalyseRequest, Analysis>({
    filename: fileURLToPath(new URL("./worker.ts", import.meta.url)),
    name: taskName,
    minThreads: 1,
    maxThreads: threads,
    maxQueue: threads + queueLengthMax,
    idleTimeout: idleMsMax,
    closeTimeout: closeMsMax,
    // Without a queue of its own a pool shares the library's default one with every other pool of the process.
    taskQueue: new FixedQueue(),
  });
  // A thread that dies idle is replaced, one that dies at work rejects its task; neither may end the process.
  piscina.on("error", () => undefined);
  let pending = 0;
  let closed: Promise<void> | undefined;

  return {
    async analyse(request) {
      if (closed !== undefined)
        return fail({ code: "unavailable", reason: "the pool is closing", retryAfterMs });
      // Counted here rather than by the library's queue, whose refusal is known by its English text only.
      if (pending >= threads + queueLengthMax) return fail({ code: "overloaded", retryAfterMs });
      pending++;
      try {
        return succeed(await piscina.run(request));
      } finally {
        pending--;
      }
    },
    close() {
      closed ??= piscina.close();
      return closed;
    },
  };
}
