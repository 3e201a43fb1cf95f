import { join } from "node:path";
import type { CliConfig } from "../config.ts";
import { cliMain, dataPaths, projectRoot } from "../paths.ts";
import { nodePart } from "./node-part.ts";
import type { PartSpec } from "./part.ts";
import type { RootToken } from "./secrets.ts";

export interface PartsOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly natsUrl: string;
  readonly metricsPort?: number;
  readonly logLevel: string;
  readonly rootToken: RootToken;
}

// A first start makes streams and tables; a later one replays journals and loads snapshots.
const readyTimeoutMs = { actors: 120_000, analytics: 180_000, gateway: 60_000, demo: 300_000 } as const;

/** The parts that talk to each other through the message server, in the order in which they come up. */
export function serverParts(options: PartsOptions, config: CliConfig): PartSpec[] {
  const paths = dataPaths(options.dataDir);
  const environment = {
    ...config.inherited,
    NATS_URL: options.natsUrl,
    WEIR_DATA_DIR: options.dataDir,
    WEIR_KEYS_FILE: paths.keys,
    WEIR_HOST_NAME: "up", // one host: after a crash it takes its own shards back at once
    WEIR_ROOT_TOKEN_HASH: options.rootToken.hash,
    WEIR_ROOT_TOKEN_PREFIX: options.rootToken.prefix,
    HOST: options.host,
    PORT: String(options.port),
    LOG_LEVEL: options.logLevel,
    WEIR_TOKEN: undefined, // theirs are hashes; the text stays with people
  };
  const { metricsPort } = options;
  const metricsPorts: Partial<Record<string, number>> =
    metricsPort === undefined ? {} : { actors: metricsPort, analytics: metricsPort + 1 };
  return (["actors", "analytics", "gateway"] as const).map((name) =>
    nodePart({
      name,
      script: join(projectRoot, name, "main.ts"),
      environment: { ...environment, WEIR_METRICS_PORT: metricsPorts[name]?.toString() },
      logFile: paths.log(name),
      readyTimeoutMs: readyTimeoutMs[name],
    }),
  );
}

/** Simulated traffic, as one more part. Its token travels in a variable: command lines can be read by every user. */
export const demoPart = (dataDir: string, url: string, token: string, config: CliConfig): PartSpec =>
  nodePart({
    name: "demo",
    script: cliMain,
    args: ["demo", "--url", url],
    environment: { ...config.inherited, WEIR_TOKEN: token },
    logFile: dataPaths(dataDir).log("demo"),
    readyTimeoutMs: readyTimeoutMs.demo,
  });
