import type { Answer } from "./http.ts";

// Browsers of other origins may evaluate and ingest with a token, and nothing else. Never with credentials: a cookie
// of the console is of no use to another site.

type Headers = Answer["headers"];

const exposed = [
  "access-control-expose-headers",
  "etag, ratelimit, ratelimit-policy, retry-after, x-request-id, x-weir-consent, x-weir-decision-id, x-weir-sticky-unavailable",
] as const;
const anyOrigin: Headers = [["access-control-allow-origin", "*"], exposed];
const preflight: Headers = [
  ["access-control-allow-methods", "GET, POST, OPTIONS"],
  [
    "access-control-allow-headers",
    "authorization, content-type, x-api-key, if-none-match, x-request-id, traceparent, tracestate, idempotency-key",
  ],
  ["access-control-max-age", "7200"],
];

export class Cors {
  readonly #allowed: "any" | ReadonlySet<string>;

  constructor(origins: "any" | readonly string[]) {
    this.#allowed = origins === "any" ? "any" : new Set(origins);
  }

  /** Headers for an answer to a request of this origin; none for one from our own or an unlisted one. */
  headers(origin: string): Headers {
    if (origin === "") return [];
    if (this.#allowed === "any") return anyOrigin;
    if (!this.#allowed.has(origin)) return [["vary", "origin"]];
    return [["access-control-allow-origin", origin], ["vary", "origin"], exposed];
  }

  preflight(origin: string): Headers {
    const granted = this.headers(origin);
    return granted.some(([name]) => name === "access-control-allow-origin")
      ? [...granted, ...preflight]
      : granted;
  }
}
