import { fail, succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import { Backoff } from "../runtime/index.ts";
import type { Clock, Connection, Log, Random } from "../runtime/index.ts";
import type { Warehouse } from "./clickhouse.ts";
import { brokenParts, detachUnreadable } from "./broken-parts.ts";
import { sinkBucket } from "./sink/mark.ts";
import { failureText } from "./warehouse-failure.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// Is what the embedded warehouse wrote still what it reads? The engine notices broken bytes only where a query meets them,
// and an index with wrong bounds not even then.
//   I1. Every part is read once after each start of the engine, when an answer met one that cannot be read, and once a day.
//   I2. A part that fails is detached: its files stay, its rows leave every answer at once.
//   I3. What a start then finds missing it writes again from the streams; so the answer to any loss is a new start.

export interface IntegrityOptions {
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
}

export interface Integrity {
  /** Resolves when rows are missing that a new start brings back. */
  readonly damaged: Promise<void>;
  /** There is reason to look now. */
  doubt(): void;
  close(): Promise<void>;
}

const retryMsMax = 30_000;

export function openIntegrity(options: IntegrityOptions): Integrity {
  const { log, clock, random, everyMs } = options;
  const { promise: damaged, resolve: markDamaged } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let doubted = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    const backoff = new Backoff(random, { maxMs: retryMsMax });
    while (!stopping.signal.aborted) {
      doubted = Promise.withResolvers();
      const lost = await lostParts(options, stopping.signal).catch((error: unknown) =>
        fail({ code: "warehouse_unavailable" as const, reason: String(error), retryAfterMs: retryMsMax }),
      );
      if (lost.ok && lost.value > 0) return markDamaged();
      if (lost.ok) backoff.reset();
      else log.warn("integrity.delayed", { code: lost.failure.code, reason: failureText(lost.failure) });
      const waiting = new AbortController();
      const stopped = AbortSignal.any([waiting.signal, stopping.signal]);
      if (lost.ok) void doubted.promise.then(() => waiting.abort());
      await clock.sleep(lost.ok ? everyMs : backoff.nextMs(), stopped);
    }
  }

  const ended = run();
  return {
    damaged,
    doubt: () => doubted.resolve(),
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

/** How many parts are detached as broken, by us or by the engine, whose rows nobody has brought back. */
async function lostParts(
  { connection, warehouse, log }: IntegrityOptions,
  signal: AbortSignal,
): Promise<Reply<number, WarehouseFailure>> {
  const unreadable = await detachUnreadable(warehouse, log, signal); // I2
  if (!unreadable.ok) return unreadable;
  const lost = await brokenParts(warehouse, await connection.bucket(sinkBucket));
  return lost.ok ? succeed(lost.value.length) : lost;
}
