import { createParser } from "eventsource-parser";
import type { Configuration } from "./configuration.ts";
import { deadline } from "./deadline.ts";
import { messageOf } from "./notice.ts";
import type { ResolvedOptions } from "./options.ts";
import { request, retryAfterMs } from "./transport.ts";

/** The gateway beats every 15 s: three beats missed mean that a proxy holds a dead connection open. */
const silenceMsMax = 45_000;

/** One message may be as large as a plan. Beyond this something else is talking to us. */
const messageCharactersMax = 64 * 1024 * 1024;

/** How a connection ended. `heard`: it brought at least one message, so the service is well. */
export interface StreamEnd {
  readonly heard: boolean;
  /** The longest of `retry:` and Retry-After that the service asked for; 0 for none. */
  readonly retryAfterMs: number;
}

/** Follows the environment's stream until it breaks. `onLive` is called at each sign of life that confirms the plan. */
export async function followStream(
  options: ResolvedOptions,
  configuration: Configuration,
  closing: AbortSignal,
  onLive: () => void,
): Promise<StreamEnd> {
  const watchdog = deadline(options.clock, silenceMsMax, closing);
  let heard = false;
  let retryMs = 0;
  try {
    const version = configuration.info(0)?.version;
    const answer = await request(options, `/stream/${encodeURIComponent(options.environment)}`, {
      headers: {
        accept: "text/event-stream",
        ...(version === undefined ? {} : { "last-event-id": String(version) }),
      },
      signal: watchdog.signal,
    });
    if (answer.kind === "unreachable") throw new Error(answer.message);
    const { response } = answer;
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      reportRefusal(options, response.status);
      return { heard, retryAfterMs: retryAfterMs(response, options.clock.now()) };
    }
    const parser = createParser({
      maxBufferSize: messageCharactersMax,
      onRetry: (milliseconds) => {
        retryMs = milliseconds;
      },
      onEvent: ({ event, data }) => {
        if (event === "put" && !offerText(options, configuration, data)) return;
        if (event !== "put" && event !== "heartbeat") return;
        heard = true;
        onLive();
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      watchdog.extend();
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
    return { heard, retryAfterMs: retryMs };
  } catch (error) {
    if (!closing.aborted)
      options.onError({ code: "unreachable", doing: "stream", message: messageOf(error) });
    return { heard, retryAfterMs: retryMs };
  } finally {
    watchdog.end();
  }
}

function offerText(options: ResolvedOptions, configuration: Configuration, text: string): boolean {
  try {
    return configuration.offer(JSON.parse(text));
  } catch (error) {
    options.onError({ code: "bad_configuration", reason: messageOf(error) });
    return false;
  }
}

function reportRefusal(options: ResolvedOptions, status: number): void {
  if (status === 401 || status === 403) options.onError({ code: "refused", doing: "stream", status });
  else
    options.onError({
      code: "unreachable",
      doing: "stream",
      status,
      message: `the service answered ${status}`,
    });
}
