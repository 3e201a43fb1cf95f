import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog, systemClock, systemRandom } from "../runtime/index.ts";
import { openWarehouse } from "./clickhouse.ts";
import type { Warehouse } from "./clickhouse.ts";
import { superviseEmbedded } from "./embedded/supervise.ts";
import type { EmbeddedWarehouse } from "./embedded/supervise.ts";

/** A real embedded warehouse in a directory of its own, for tests and the bench. */
export interface TemporaryWarehouse {
  readonly directory: string;
  readonly process: EmbeddedWarehouse;
  readonly warehouse: Warehouse;
  close(): Promise<void>;
}

export async function temporaryWarehouse(): Promise<TemporaryWarehouse> {
  const directory = await mkdtemp(join(tmpdir(), "weir-"));
  const process = superviseEmbedded({
    directory: join(directory, "warehouse"),
    socketPath: join(directory, "w.sock"),
    logLevel: "silent",
    log: silentLog,
    clock: systemClock,
    random: systemRandom,
  });
  await process.ready;
  const warehouse = openWarehouse({ socketPath: process.socketPath, clock: systemClock });
  return {
    directory,
    process,
    warehouse,
    async close() {
      await warehouse.close();
      await process.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
