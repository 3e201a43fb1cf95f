import { z } from "zod";
import { usageFailure } from "./failure.ts";

const Environment = z.object({
  /** Use this message server instead of starting one. */
  NATS_URL: z.string().min(1).optional(),
  /** The nats-server binary to start. */
  WEIR_NATS_SERVER: z.string().min(1).optional(),
  WEIR_DATA_DIR: z.string().min(1).optional(),
  /** Where commands find a running Weir, and with which token. */
  WEIR_URL: z.url().optional(),
  WEIR_TOKEN: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  WEIR_METRICS_PORT: z.coerce.number().int().min(1).max(65_534).optional(),
  HOST: z.string().min(1).optional(),
  LOG_LEVEL: z.string().min(1).optional(),
  PATH: z.string().default(""),
});

export interface CliConfig {
  readonly natsUrl?: string;
  readonly natsServer?: string;
  readonly dataDir?: string;
  readonly url?: string;
  readonly token?: string;
  readonly port?: number;
  readonly host?: string;
  readonly metricsPort?: number;
  readonly logLevel?: string;
  readonly searchPath: string;
  /** Handed on to the parts, which read their own variables from it. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The only reader of environment variables of the commands. An empty variable is an absent one. */
export function cliConfig(environment: Variables = process.env): CliConfig {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw usageFailure(`environment variables are wrong: ${problems.join("; ")}`);
  }
  const {
    NATS_URL,
    WEIR_NATS_SERVER,
    WEIR_DATA_DIR,
    WEIR_URL,
    WEIR_TOKEN,
    WEIR_METRICS_PORT,
    PORT,
    HOST,
    LOG_LEVEL,
    PATH,
  } = parsed.data;
  return {
    searchPath: PATH,
    inherited: environment,
    ...(NATS_URL === undefined ? {} : { natsUrl: NATS_URL }),
    ...(WEIR_NATS_SERVER === undefined ? {} : { natsServer: WEIR_NATS_SERVER }),
    ...(WEIR_DATA_DIR === undefined ? {} : { dataDir: WEIR_DATA_DIR }),
    ...(WEIR_URL === undefined ? {} : { url: WEIR_URL }),
    ...(WEIR_TOKEN === undefined ? {} : { token: WEIR_TOKEN }),
    ...(PORT === undefined ? {} : { port: PORT }),
    ...(WEIR_METRICS_PORT === undefined ? {} : { metricsPort: WEIR_METRICS_PORT }),
    ...(HOST === undefined ? {} : { host: HOST }),
    ...(LOG_LEVEL === undefined ? {} : { logLevel: LOG_LEVEL }),
  };
}
