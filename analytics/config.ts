import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { metricsAddress, observabilityVariables } from "../runtime/index.ts";
import type { MetricsAddress } from "../runtime/index.ts";
import { logLevels } from "./log-levels.ts";
import { retentionDaysDefault } from "./schema/retention.ts";

const Environment = z.object({
  NATS_URL: z.string().min(1).default("nats://127.0.0.1:4222"),
  /** Of the embedded warehouse; not needed with CLICKHOUSE_URL. */
  WEIR_DATA_DIR: z.string().min(1).default(".data"),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLICKHOUSE_USER: z.string().min(1).default("default"),
  CLICKHOUSE_PASSWORD: z.string().default(""),
  /** Where the server is one of several; deploy/clickhouse/ makes the tables then. */
  CLICKHOUSE_CLUSTER: z.string().min(1).optional(),
  /** Statistics wait for arithmetic only: one thread keeps up with a result a second of a hundred experiments. */
  WEIR_ANALYTICS_THREADS: z.coerce.number().int().min(1).max(64).default(1),
  WEIR_WAREHOUSE_MEMORY_BYTES: z.coerce
    .number()
    .int()
    .min(256 * 1024 ** 2)
    .default(2 * 1024 ** 3),
  /** How long rows stay in ClickHouse after they came. */
  WEIR_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(retentionDaysDefault),
  /** How long damaged files stay that were set aside, once their rows are back. */
  WEIR_SET_ASIDE_DAYS: z.coerce.number().min(0).max(36_500).default(7),
  /** Between two rounds of the self-audit. */
  WEIR_AUDIT_SECONDS: z.coerce.number().min(1).max(86_400).default(60),
  WEIR_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  LOG_LEVEL: z.enum(logLevels).default("info"),
  ...observabilityVariables,
});

export type WarehouseConfig =
  | {
      readonly kind: "server";
      readonly url: string;
      readonly username: string;
      readonly password: string;
      readonly cluster?: string;
    }
  | {
      readonly kind: "embedded";
      readonly directory: string;
      readonly socketPath: string;
      readonly memoryBytesMax: number;
    };

export interface AnalyticsConfig {
  readonly natsUrl: string;
  readonly threads: number;
  readonly replicas: number;
  readonly retentionDays: number;
  readonly setAsideDays: number;
  readonly auditEveryMs: number;
  readonly warehouse: WarehouseConfig;
  readonly logLevel: (typeof logLevels)[number];
  /** Undefined: nothing listens for a scrape. */
  readonly metrics: MetricsAddress | undefined;
}

/** Parses the process environment; throws once, with every problem. */
export function analyticsConfig(environment: Readonly<Record<string, string | undefined>>): AnalyticsConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    natsUrl: data.NATS_URL,
    threads: data.WEIR_ANALYTICS_THREADS,
    replicas: data.WEIR_REPLICAS,
    auditEveryMs: data.WEIR_AUDIT_SECONDS * 1_000,
    setAsideDays: data.WEIR_SET_ASIDE_DAYS,
    retentionDays: data.WEIR_RETENTION_DAYS,
    logLevel: data.LOG_LEVEL,
    metrics: metricsAddress(data),
    warehouse:
      data.CLICKHOUSE_URL === undefined
        ? embeddedIn(resolve(data.WEIR_DATA_DIR), data.WEIR_WAREHOUSE_MEMORY_BYTES)
        : {
            kind: "server",
            url: data.CLICKHOUSE_URL,
            username: data.CLICKHOUSE_USER,
            password: data.CLICKHOUSE_PASSWORD,
            ...(data.CLICKHOUSE_CLUSTER === undefined ? {} : { cluster: data.CLICKHOUSE_CLUSTER }),
          },
  };
}

/** A socket's address holds 107 bytes on Linux and 103 on macOS. */
const socketPathBytesMax = 100;

function embeddedIn(dataDir: string, memoryBytesMax: number): WarehouseConfig {
  const beside = join(dataDir, "warehouse.sock");
  const short = join(
    tmpdir(),
    `weir-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}.sock`,
  );
  return {
    kind: "embedded",
    directory: join(dataDir, "warehouse"),
    socketPath: Buffer.byteLength(beside) < socketPathBytesMax ? beside : short,
    memoryBytesMax,
  };
}
