import type { EnvironmentRecord } from "../protocols/directory.ts";
import type {
  LifecycleAction,
  PublishedVersion,
  PublishReceipt,
  Versioned,
} from "../protocols/environment-messages.ts";
import type { Reply } from "../protocols/errors.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag } from "../protocols/flag.ts";
import type { ExperimentResult } from "../protocols/results.ts";
import type { Timeline } from "../protocols/timeline.ts";
import { problemOf, unreachable, type Problem } from "./problem.ts";
import { hrefOf } from "./router.ts";

// The HTTP contract, typed. Answers are values: a page shows a problem, nothing is thrown at it.

export type Answer<Value> = Reply<Value, Problem>;

export interface Session {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly environment?: string;
  readonly expiresAt?: number | string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The longest we let a reader wait: three times the control plane's slowest answer with one retry inside. */
const answerMsMax = 15_000;

export class Api {
  readonly #fetch: typeof fetch;
  readonly #signedOut: () => void;

  constructor(fetcher: typeof fetch, signedOut: () => void) {
    this.#fetch = fetcher;
    this.#signedOut = signedOut;
  }

  signIn = (token: string) => this.#call<Session>("/v1/session", { method: "POST", body: { token } });
  session = () => this.#call<Session>("/v1/session");
  signOut = () => this.#call<unknown>("/v1/session", { method: "DELETE" });
  environments = () => this.#call<Page<EnvironmentRecord>>("/v1/environments");

  flags = (env: string, cursor?: string, signal?: AbortSignal) =>
    this.#call<Page<Versioned<Flag>>>("/v1/flags", {
      query: { env, limit: "100", cursor },
      ...(signal && { signal }),
    });
  flag = (env: string, key: string, signal?: AbortSignal) =>
    this.#call<Versioned<Flag>>(path("/v1/flags", key), { query: { env }, ...(signal && { signal }) });
  /** Never last write wins: the version the author saw goes along. */
  putFlag = (env: string, flag: Flag, seenVersion: number) =>
    this.#call<Versioned<Flag>>(path("/v1/flags", flag.key), {
      method: "PUT",
      body: flag,
      ifMatch: seenVersion,
      query: { env },
    });
  createFlag = (env: string, flag: unknown) =>
    this.#call<Versioned<Flag>>("/v1/flags", { method: "POST", body: flag, query: { env } });
  publishFlag = (env: string, key: string) =>
    this.#call<PublishReceipt>(`${path("/v1/flags", key)}/publish`, {
      method: "POST",
      body: {},
      query: { env },
    });
  versions = (env: string, signal?: AbortSignal) =>
    this.#call<Page<PublishedVersion>>(`${path("/v1/environments", env)}/versions`, {
      query: { limit: "20" },
      ...(signal && { signal }),
    });
  rollBack = (env: string, version: number) =>
    this.#call<PublishReceipt>(`${path("/v1/environments", env)}/rollback`, {
      method: "POST",
      body: { version },
    });

  experiments = (env: string, signal?: AbortSignal) =>
    this.#call<Page<Versioned<PublishedExperiment>>>("/v1/experiments", {
      query: { env, limit: "100" },
      ...(signal && { signal }),
    });
  experiment = (env: string, key: string, signal?: AbortSignal) =>
    this.#call<Versioned<PublishedExperiment>>(path("/v1/experiments", key), {
      query: { env },
      ...(signal && { signal }),
    });
  lifecycle = (env: string, key: string, action: LifecycleAction) =>
    this.#call<PublishReceipt>(`${path("/v1/experiments", key)}/${action}`, {
      method: "POST",
      body: {},
      query: { env },
    });
  results = (env: string, key: string, signal?: AbortSignal) =>
    this.#call<ExperimentResult>(`${path("/v1/experiments", key)}/results`, {
      query: { env },
      ...(signal && { signal }),
    });

  /** All looks that are kept: some hundreds at the most. */
  timeline = (env: string, key: string, signal?: AbortSignal) =>
    this.#call<Timeline>(`${path("/v1/experiments", key)}/timeline`, {
      query: { env, limit: "400" },
      ...(signal && { signal }),
    });

  async #call<Value>(address: string, call: Call = {}): Promise<Answer<Value>> {
    const timeout = AbortSignal.timeout(answerMsMax);
    try {
      const response = await this.#fetch(hrefOf(address, call.query ?? {}), {
        method: call.method ?? "GET",
        credentials: "same-origin",
        headers: {
          accept: "application/json",
          ...(call.body !== undefined && { "content-type": "application/json" }),
          ...(call.ifMatch !== undefined && { "if-match": `"${call.ifMatch}"` }),
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        signal: call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]),
      });
      const body = await bodyOf(response);
      if (response.ok) return { ok: true, value: body as Value };
      const problem = problemOf(response.status, body, response.headers.get("x-request-id"));
      if (response.status === 401 && address !== "/v1/session") this.#signedOut();
      return { ok: false, failure: problem };
    } catch {
      return { ok: false, failure: unreachable };
    }
  }
}

const path = (collection: string, key: string): string => `${collection}/${encodeURIComponent(key)}`;

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
