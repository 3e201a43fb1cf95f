import type { SignedPlan } from "../../protocols/plan.ts";
import { EnvironmentKey, UnitType, defaultUnitType } from "../../protocols/ids.ts";
import type { NoticeListener } from "./notice.ts";
import type { Clock, Random } from "./ports.ts";
import { systemClock, systemRandom } from "./system.ts";

export interface WeirOptions {
  /** Where the gateway is, as in `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A server token; a browser's may not read plans. */
  readonly token: string;
  readonly environment: string;
  /** Follow changes by server-sent events; polling only when false. Default true. */
  readonly streaming?: boolean;
  /** Between polls while not streaming. Default 30 s. */
  readonly pollIntervalMs?: number;
  /** `ready()` resolves after this at the latest, with or without a configuration. Default 2 s. */
  readonly initTimeoutMs?: number;
  /** A configuration to start with, from a file or a page; served as stale until the service confirms it. */
  readonly bootstrap?: SignedPlan;
  /** PEM of the installation's Ed25519 public key; when given, a configuration not signed by it is refused. */
  readonly publicKey?: string;
  /** Kind of unit a `targetingKey` names. Default `user`. */
  readonly unitType?: string;
  /** Record an exposure when an experiment assigns a unit. Default true. */
  readonly automaticExposure?: boolean;
  /** Longest wait of an event before it is sent. Default 1 s. */
  readonly flushIntervalMs?: number;
  /** Events kept at most while they cannot be sent; the oldest give way. Default 10 000. */
  readonly queueMax?: number;
  readonly onError?: NoticeListener;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly fetch?: typeof fetch;
}

export interface ResolvedOptions extends Required<
  Omit<WeirOptions, "bootstrap" | "publicKey" | "environment">
> {
  readonly environment: EnvironmentKey;
  readonly bootstrap?: SignedPlan;
  readonly publicKey?: string;
}

/** Optional in, complete out. Throws on what no server could make sense of: a programmer's mistake, seen at start. */
export function resolveOptions(options: WeirOptions): ResolvedOptions {
  if (!/^https?:\/\//.test(options.url))
    throw new TypeError(`url must start with http:// or https://: ${options.url}`);
  if (options.token === "") throw new TypeError("token must not be empty");
  return {
    url: options.url.replace(/\/+$/, ""),
    token: options.token,
    environment: EnvironmentKey.parse(options.environment),
    streaming: options.streaming ?? true,
    pollIntervalMs: positive("pollIntervalMs", options.pollIntervalMs ?? 30_000),
    initTimeoutMs: positive("initTimeoutMs", options.initTimeoutMs ?? 2_000),
    unitType: UnitType.parse(options.unitType ?? defaultUnitType),
    automaticExposure: options.automaticExposure ?? true,
    flushIntervalMs: positive("flushIntervalMs", options.flushIntervalMs ?? 1_000),
    queueMax: positive("queueMax", options.queueMax ?? 10_000),
    onError: options.onError ?? (() => undefined),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    fetch: options.fetch ?? fetch,
    ...(options.bootstrap === undefined ? {} : { bootstrap: options.bootstrap }),
    ...(options.publicKey === undefined ? {} : { publicKey: options.publicKey }),
  };
}

function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0))
    throw new TypeError(`${name} must be a positive number: ${value}`);
  return value;
}
