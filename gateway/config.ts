import { join } from "node:path";
import { z } from "zod";
import { observabilityVariables, tracesSettings } from "../runtime/index.ts";
import type { LogLevel, TracesSettings } from "../runtime/index.ts";
import { issuesOf, type Issue, type Reply, fail, succeed } from "../protocols/errors.ts";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");

const Environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  NATS_URL: z.string().min(1).default("nats://127.0.0.1:4222"),
  WEIR_DATA_DIR: z.string().min(1).default(".data"),
  WEIR_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  WEIR_KEYS_FILE: z.string().min(1).optional(),
  /** One MiB: 10 000 events of 100 bytes. */
  BODY_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * 1_048_576)
    .default(1_048_576),
  /** `*`, or origins separated by commas. */
  WEIR_CORS_ORIGINS: z.string().default("*"),
  WEIR_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(600_000),
  /** Of several gateways on one machine each sets this; otherwise a taken port is an error. */
  WEIR_SHARE_PORT: flag.default(false),
  /** The console is reached over https, so its cookie is `Secure`. */
  WEIR_SECURE_COOKIES: flag.default(false),
  WEIR_CONSOLE_DIR: z.string().min(1).optional(),
  /** Where kept assignments are, when not in the log's own bucket. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, "must begin with redis:// or rediss://")
    .optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  ...observabilityVariables,
});

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly natsUrl: string;
  /** Copies of each stream, the same for all processes: whoever connects brings the streams to its own number. */
  readonly replicas: number;
  readonly dataDir: string;
  readonly keysFile: string;
  readonly bodyBytesMax: number;
  /** "any", or the origins that browsers may call from. */
  readonly corsOrigins: "any" | readonly string[];
  readonly rateLimitPerMinute: number;
  readonly sharePort: boolean;
  readonly secureCookies: boolean;
  readonly consoleDir: string;
  /** Undefined: kept assignments are in the log's own bucket. May hold a password. */
  readonly redisUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Undefined: no traces are made. */
  readonly traces: TracesSettings | undefined;
}

/** Optional in, complete out; every problem at once. */
export function gatewayConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Reply<GatewayConfig, { code: "invalid_config"; issues: readonly Issue[] }> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) return fail({ code: "invalid_config", issues: issuesOf(parsed.error) });
  const given = parsed.data;
  return succeed({
    host: given.HOST,
    port: given.PORT,
    natsUrl: given.NATS_URL,
    replicas: given.WEIR_REPLICAS,
    dataDir: given.WEIR_DATA_DIR,
    keysFile: given.WEIR_KEYS_FILE ?? `${given.WEIR_DATA_DIR}/keys.json`,
    bodyBytesMax: given.BODY_BYTES_MAX,
    corsOrigins: originsOf(given.WEIR_CORS_ORIGINS),
    rateLimitPerMinute: given.WEIR_RATE_LIMIT_PER_MINUTE,
    sharePort: given.WEIR_SHARE_PORT,
    secureCookies: given.WEIR_SECURE_COOKIES,
    consoleDir: given.WEIR_CONSOLE_DIR ?? join(import.meta.dirname, "../console/dist"),
    redisUrl: given.REDIS_URL,
    logLevel: given.LOG_LEVEL,
    traces: tracesSettings(given, { service: "weir-gateway", instance: `${given.HOST}:${given.PORT}` }),
  });
}

function originsOf(text: string): "any" | readonly string[] {
  if (text.trim() === "*") return "any";
  return text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
}
