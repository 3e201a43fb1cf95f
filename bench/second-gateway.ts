import { join } from "node:path";
import { cliConfig } from "../cli/config.ts";
import { dataPaths, projectRoot } from "../cli/paths.ts";
import { readRunFile } from "../cli/run-file.ts";
import type { TestWeir } from "../cli/testing/weir.ts";
import { nodePart } from "../cli/up/node-part.ts";
import { Part } from "../cli/up/part.ts";
import { freePorts, systemClock } from "../runtime/index.ts";

export interface SecondGateway {
  readonly url: string;
  /** Undefined between two lives. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** A gateway beside a Weir's own, on a port of its own; it is brought back when it dies. */
export async function startSecondGateway(
  { dataDir }: TestWeir,
  environment: Readonly<Record<string, string>>,
): Promise<SecondGateway> {
  const port = await freePorts();
  const part = new Part(
    nodePart({
      name: "gateway-2",
      script: join(projectRoot, "gateway/main.ts"),
      environment: {
        ...cliConfig().inherited,
        ...environment,
        NATS_URL: readRunFile(dataDir)?.natsUrl ?? "",
        // Its own last good plans, the same keys.
        WEIR_DATA_DIR: join(dataDir, "gateway-2"),
        WEIR_KEYS_FILE: dataPaths(dataDir).keys,
        PORT: String(port),
        LOG_LEVEL: "warn",
      },
      logFile: join(dataPaths(dataDir).logs, "gateway-2.log"),
      readyTimeoutMs: 60_000,
    }),
    { clock: systemClock, fraction: Math.random, tell: () => undefined },
  );
  await part.start();
  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return part.pid;
    },
    stop: () => part.stop(),
  };
}
