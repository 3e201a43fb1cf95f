import { randomUUID } from "node:crypto";
import type { Issue } from "../protocols/errors.ts";
import type { Route } from "../protocols/routes.ts";
import { type Clock, type Fraction, systemClock, systemFraction } from "./clock.ts";
import { CliFailure, sentenceOf } from "./failure.ts";

// Weir's HTTP interface as the commands use it.
//   A1. A request that may not have arrived, or was put off (429, 5xx), is sent again unchanged until the deadline.
//   A2. Every mutation carries one Idempotency-Key for all its tries, so that trying again changes nothing twice.

export interface ApiOptions {
  readonly url: string;
  readonly token: string;
  readonly clock?: Clock;
  readonly fraction?: Fraction;
  /** How long one call tries. Default 60 s. */
  readonly deadlineMs?: number;
  /** Told before each wait, for a progress line. */
  readonly onRetry?: (reason: string) => void;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  /** How long one try may take. Default 30 s. */
  readonly tryMs?: number;
  /** Take the answer as it is. Default: it is JSON. */
  readonly as?: "text";
}

export type ApiAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

type Method = Route["method"];
type Try<Value> =
  | ApiAnswer<Value>
  | { readonly again: string; readonly retryAfterMs: number; readonly triesMax: number };

/** One try: an answer that takes longer is as good as none, and the retry is harmless. */
const tryTimeoutMs = 30_000;
const waitMsMin = 100;
const waitMsMax = 5_000;
/** 500 is a defect, which may be a passing one while parts restart. */
const triesAfterDefectMax = 6;

export class Api {
  readonly url: string;
  readonly #token: string;
  readonly #clock: Clock;
  readonly #fraction: Fraction;
  readonly #deadlineMs: number;
  readonly #onRetry: (reason: string) => void;

  constructor(options: ApiOptions) {
    this.url = options.url.replace(/\/+$/, "");
    this.#token = options.token;
    this.#clock = options.clock ?? systemClock;
    this.#fraction = options.fraction ?? systemFraction;
    this.#deadlineMs = options.deadlineMs ?? 60_000;
    this.#onRetry = options.onRetry ?? (() => undefined);
  }

  /** The value, or a failure that says what the service said. */
  async call<Value>(method: Method, path: string, options: CallOptions = {}): Promise<Value> {
    const answer = await this.ask<Value>(method, path, options);
    if (answer.ok) return answer.value;
    throw new CliFailure(answer.code, `${method} ${path}: ${answer.message}`);
  }

  /** The value or the service's refusal as data. Throws only when there was no answer before the deadline. */
  async ask<Value>(method: Method, path: string, options: CallOptions = {}): Promise<ApiAnswer<Value>> {
    const deadline = this.#clock.now() + (options.deadlineMs ?? this.#deadlineMs);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "GET" ? {} : { "idempotency-key": randomUUID() }), // A2
      ...options.headers,
    };
    const query = options.query === undefined ? "" : `?${new URLSearchParams(options.query).toString()}`;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    for (let tries = 1; ; tries++) {
      options.signal?.throwIfAborted();
      const outcome = await this.#try<Value>(method, path + query, headers, body, options);
      if ("ok" in outcome) return outcome;
      const ceilingMs = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(tries, 10));
      const waitMs = Math.max(outcome.retryAfterMs, ceilingMs * (0.5 + 0.5 * this.#fraction()));
      if (this.#clock.now() + waitMs > deadline || tries >= outcome.triesMax)
        throw new CliFailure("unavailable", `${this.url} did not answer ${method} ${path}: ${outcome.again}`);
      this.#onRetry(outcome.again);
      await this.#clock.sleep(waitMs, options.signal); // A1
    }
  }

  async #try<Value>(
    method: Method,
    pathAndQuery: string,
    headers: Record<string, string>,
    body: string | undefined,
    { signal, tryMs = tryTimeoutMs, as }: CallOptions,
  ): Promise<Try<Value>> {
    const limit = AbortSignal.timeout(tryMs);
    try {
      const response = await fetch(this.url + pathAndQuery, {
        method,
        headers,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body === undefined ? {} : { body }),
      });
      return judge<Value>(response, await response.text(), as === "text");
    } catch (error) {
      signal?.throwIfAborted();
      return { again: sentenceOf(error), retryAfterMs: 0, triesMax: Infinity };
    }
  }
}

function judge<Value>(response: Response, text: string, isText: boolean): Try<Value> {
  const { status } = response;
  if (status < 300)
    return { ok: true, value: (isText ? text : text === "" ? undefined : JSON.parse(text)) as Value };
  const problem = problemOf(text);
  const message = problem.message ?? `status ${status}`;
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after") ?? 0);
    const retryAfterMs = Number.isFinite(seconds) ? Math.min(60, Math.max(0, seconds)) * 1_000 : 0;
    return { again: message, retryAfterMs, triesMax: status === 500 ? triesAfterDefectMax : Infinity };
  }
  return { ok: false, status, code: problem.code ?? `http_${status}`, message };
}

/** RFC 9457, read generously: whatever came instead of it still makes a sentence. */
function problemOf(text: string): { readonly code?: string; readonly message?: string } {
  try {
    const { code, title, detail, issues, problems } = JSON.parse(text) as {
      code?: string;
      title?: string;
      detail?: string;
      issues?: readonly Issue[];
      problems?: readonly Issue[];
    };
    const list = (issues ?? problems ?? []).slice(0, 5).map(({ path, message }) => `${path}: ${message}`);
    const message = [detail ?? title ?? code, ...list].filter((part) => part !== undefined).join("; ");
    return { ...(code === undefined ? {} : { code }), ...(message === "" ? {} : { message }) };
  } catch {
    return text === "" ? {} : { message: text.slice(0, 200) };
  }
}
