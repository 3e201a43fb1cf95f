import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliFailure } from "../failure.ts";
import { type PrivateWeir, startPrivateWeir } from "../replay/private-weir.ts";
import { readRunFile } from "../run-file.ts";

/** A part of a running Weir; `demo` only when it was started with it. */
export type PartName = "nats" | "actors" | "analytics" | "gateway" | "demo";

export interface TestWeir {
  readonly url: string;
  /** The root token. */
  readonly token: string;
  readonly dataDir: string;
  /** Process id of each part that runs just now. */
  pids(): Readonly<Record<string, number>>;
  /** Kills a part as `kill -9` does. Supervision brings it back. */
  kill(part: PartName): void;
  /** Stops everything, ordered, and removes the data unless `dataDir` was given. Idempotent. */
  stop(): Promise<void>;
}

export interface TestWeirOptions {
  readonly demo?: boolean;
  /** Keeps the data over several starts; whoever gives it removes it. */
  readonly dataDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A whole Weir on a free port for an end-to-end test; it ends with the test's process at the latest. */
export async function startWeir(options: TestWeirOptions = {}): Promise<TestWeir> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "weir-test-"));
  const weir: PrivateWeir = await startPrivateWeir({ ...options, dataDir });
  const pids = (): Readonly<Record<string, number>> => readRunFile(dataDir)?.pids ?? {};
  return {
    url: weir.url,
    token: weir.token,
    dataDir,
    pids,
    kill(part) {
      const pid = pids()[part];
      if (pid === undefined) throw new CliFailure("not_running", `${part} does not run just now`);
      process.kill(pid, "SIGKILL");
    },
    async stop() {
      await weir.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
