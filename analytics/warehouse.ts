import { Backoff } from "../runtime/index.ts";
import type { Clock, Log, Random } from "../runtime/index.ts";
import { detachUnreadable } from "./broken-parts.ts";
import { openWarehouse } from "./clickhouse.ts";
import type { Warehouse } from "./clickhouse.ts";
import type { AnalyticsConfig } from "./config.ts";
import { superviseEmbedded } from "./embedded/supervise.ts";
import { migrate } from "./migrations.ts";
import { applyRetention } from "./schema/retention.ts";
import { failureText } from "./warehouse-failure.ts";

/** The warehouse of the configuration: a server that is there, or a process of our own. */
export interface OpenedWarehouse {
  readonly warehouse: Warehouse;
  /** Waits until it answers and has the newest schema; false when `signal` came first, throws for a newer schema. */
  prepare(signal: AbortSignal): Promise<boolean>;
  /** Resolves when what was prepared is gone: only a new start prepares again. */
  readonly replaced: Promise<void>;
  /** From now on is told when there is reason to look whether all is there that was written. */
  onDoubt(listener: () => void): void;
  close(): Promise<void>;
}

interface Surroundings {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

const retryMsMax = 10_000;

export function openConfiguredWarehouse(
  config: AnalyticsConfig,
  surroundings: Surroundings,
): OpenedWarehouse {
  const { clock } = surroundings;
  if (config.warehouse.kind === "server") {
    const warehouse = openWarehouse({ ...config.warehouse, clock });
    return {
      warehouse,
      replaced: new Promise(() => {}), // a server keeps its own
      onDoubt: () => undefined, // and looks after them
      prepare: (signal) => prepare(warehouse, config.retentionDays, signal, surroundings),
      close: () => warehouse.close(),
    };
  }
  let listener = (): void => undefined;
  const doubt = (): void => listener();
  const embedded = superviseEmbedded({
    ...config.warehouse,
    logLevel: config.logLevel,
    restarted: doubt,
    ...surroundings,
  });
  const warehouse = openWarehouse({ socketPath: embedded.socketPath, clock, unreadable: doubt });
  return {
    warehouse,
    replaced: embedded.replaced,
    onDoubt: (told) => void (listener = told),
    async prepare(signal) {
      const stopped = new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await Promise.race([embedded.ready, stopped]);
      return prepare(warehouse, config.retentionDays, signal, surroundings);
    },
    async close() {
      await warehouse.close();
      await embedded.close();
    },
  };
}

async function prepare(
  warehouse: Warehouse,
  retentionDays: number,
  signal: AbortSignal,
  { log, clock, random }: Surroundings,
): Promise<boolean> {
  const backoff = new Backoff(random, { maxMs: retryMsMax });
  while (!signal.aborted) {
    const migrated = await migrate(warehouse, clock.now());
    const prepared = migrated.ok ? await applyRetention(warehouse, retentionDays) : migrated;
    if (migrated.ok && prepared.ok) {
      if (migrated.value.length > 0) log.info("warehouse.migrated", { versions: migrated.value });
      if (prepared.value.length > 0)
        log.info("warehouse.retention_changed", { days: retentionDays, tables: prepared.value });
      return true;
    }
    if (prepared.ok) continue; // never: what is prepared was migrated
    const { failure } = prepared;
    if (failure.code === "schema_too_new") {
      throw new Error(
        `The warehouse has schema ${failure.version}, made by a newer Weir; this one knows ${failure.versionMax}`,
      );
    }
    if (failure.code === "warehouse_unreadable" && warehouse.embedded)
      await detachUnreadable(warehouse, log, signal); // nothing else would, as long as this does not get through
    const retryInMs = backoff.nextMs();
    log.warn("warehouse.not_ready", { code: failure.code, reason: failureText(failure), retryInMs });
    await clock.sleep(retryInMs, signal);
  }
  return false;
}
