import { messageOf } from "./notice.ts";
import type { ResolvedOptions } from "./options.ts";

/** Longer than any healthy answer takes, shorter than a user's patience with close(). */
export const requestTimeoutMs = 10_000;

/** The longest Retry-After that is believed. */
const retryAfterMsMax = 60_000;

export type Answer =
  | { readonly kind: "answered"; readonly response: Response }
  | { readonly kind: "unreachable"; readonly message: string };

export interface RequestOptions {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** One HTTP request with the token. A network error is a value, like any other answer. */
export async function request(options: ResolvedOptions, path: string, init: RequestOptions): Promise<Answer> {
  try {
    const response = await options.fetch(options.url + path, {
      method: init.method ?? "GET",
      headers: { authorization: `Bearer ${options.token}`, ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
      signal: init.signal,
    });
    return { kind: "answered", response };
  } catch (error) {
    return { kind: "unreachable", message: messageOf(error) };
  }
}

/** Retry-After in ms: seconds or an HTTP date; 0 when absent or senseless. */
export function retryAfterMs(response: Response, now: number): number {
  const text = response.headers.get("retry-after");
  if (text === null) return 0;
  const delayMs = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(delayMs) && delayMs > 0 ? Math.min(delayMs, retryAfterMsMax) : 0;
}
