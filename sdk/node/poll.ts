import type { Configuration } from "./configuration.ts";
import { deadline } from "./deadline.ts";
import { messageOf } from "./notice.ts";
import type { ResolvedOptions } from "./options.ts";
import { request, requestTimeoutMs, retryAfterMs } from "./transport.ts";

export type PollOutcome =
  | { readonly kind: "current" }
  /** `retryAfterMs` 0: the service did not say. */
  | { readonly kind: "failed"; readonly retryAfterMs: number };

/** Asks once for the configuration; a known etag saves the body. */
export async function poll(
  options: ResolvedOptions,
  configuration: Configuration,
  closing: AbortSignal,
): Promise<PollOutcome> {
  const limit = deadline(options.clock, requestTimeoutMs, closing);
  try {
    const { etag } = configuration;
    const answer = await request(options, `/configs/${encodeURIComponent(options.environment)}`, {
      headers: etag === undefined ? {} : { "if-none-match": `"${etag}"` },
      signal: limit.signal,
    });
    if (answer.kind === "unreachable") {
      if (!closing.aborted) options.onError({ code: "unreachable", doing: "poll", message: answer.message });
      return { kind: "failed", retryAfterMs: 0 };
    }
    const { response } = answer;
    if (response.status === 304) {
      await response.body?.cancel();
      configuration.confirm(options.clock.now());
      return { kind: "current" };
    }
    if (response.status !== 200) return await refusedPoll(options, response);
    if (!configuration.offer(await response.json())) return { kind: "failed", retryAfterMs: 0 };
    configuration.confirm(options.clock.now());
    return { kind: "current" };
  } catch (error) {
    // The body broke off, or was not JSON.
    if (!closing.aborted) options.onError({ code: "unreachable", doing: "poll", message: messageOf(error) });
    return { kind: "failed", retryAfterMs: 0 };
  } finally {
    limit.end();
  }
}

async function refusedPoll(options: ResolvedOptions, response: Response): Promise<PollOutcome> {
  const { status } = response;
  await response.body?.cancel();
  if (status === 401 || status === 403) options.onError({ code: "refused", doing: "poll", status });
  else
    options.onError({
      code: "unreachable",
      doing: "poll",
      status,
      message: `the service answered ${status}`,
    });
  return { kind: "failed", retryAfterMs: retryAfterMs(response, options.clock.now()) };
}
