import { hostname } from "node:os";
import { z } from "zod";
import { metricsAddress, observabilityVariables, tracesSettings } from "../runtime/index.ts";
import type { MetricsAddress, TracesSettings } from "../runtime/index.ts";

const Environment = z.object({
  NATS_URL: z.string().default("nats://127.0.0.1:4222"),
  WEIR_KEYS_FILE: z.string({ error: "is required: the file with the installation's signing keys" }),
  WEIR_ROOT_TOKEN_HASH: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  WEIR_ROOT_TOKEN_PREFIX: z.string().max(20).optional(),
  /** The same after a restart lets a host take its shards back at once; unique among hosts that run together. */
  WEIR_HOST_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,60}$/)
    .optional(),
  WEIR_LEASE_TTL_MS: z.coerce.number().int().min(500).max(60_000).default(3_000),
  WEIR_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  ...observabilityVariables,
});

export interface ActorsConfig {
  readonly natsUrl: string;
  readonly keysFile: string;
  readonly rootToken?: { readonly hash: string; readonly prefix: string };
  readonly hostName: string;
  readonly leaseTtlMs: number;
  readonly replicas: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Undefined: nothing listens for a scrape. */
  readonly metrics: MetricsAddress | undefined;
  /** Undefined: no traces are made. */
  readonly traces: TracesSettings | undefined;
}

/** Parses the process environment; throws once with every problem. */
export function actorsConfig(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): ActorsConfig {
  const parsed = Environment.parse(environment);
  const { WEIR_ROOT_TOKEN_HASH: hash, WEIR_ROOT_TOKEN_PREFIX: prefix } = parsed;
  const hostName = parsed.WEIR_HOST_NAME ?? `${hostname().replaceAll(/[^A-Za-z0-9_-]/g, "_")}-${pid}`;
  return {
    natsUrl: parsed.NATS_URL,
    keysFile: parsed.WEIR_KEYS_FILE,
    ...(hash === undefined ? {} : { rootToken: { hash, prefix: prefix ?? "root" } }),
    hostName,
    leaseTtlMs: parsed.WEIR_LEASE_TTL_MS,
    replicas: parsed.WEIR_REPLICAS,
    logLevel: parsed.LOG_LEVEL,
    metrics: metricsAddress(parsed),
    traces: tracesSettings(parsed, { service: "weir-actors", instance: hostName }),
  };
}
