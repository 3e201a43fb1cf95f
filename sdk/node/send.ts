import type { IngestReceipt } from "../../protocols/event.ts";
import { routes } from "../../protocols/routes.ts";
import { deadline } from "./deadline.ts";
import type { QueuedEvent, Unit } from "./event-queue.ts";
import { messageOf } from "./notice.ts";
import type { ResolvedOptions } from "./options.ts";
import { request, requestTimeoutMs, retryAfterMs } from "./transport.ts";
import { encodeEvents, type Pseudonyms } from "./wire.ts";

export type SendOutcome =
  | { readonly kind: "settled"; readonly remaining: readonly QueuedEvent[] }
  /** What is left must be sent again, with the same ids. */
  | { readonly kind: "failed"; readonly remaining: readonly QueuedEvent[]; readonly retryAfterMs: number };

/** What sending needs beside the events. */
export interface Sending {
  readonly options: ResolvedOptions;
  readonly pseudonyms: Pseudonyms;
  readonly closing: AbortSignal;
  /** The service dropped an event, because this unit does not let itself be counted. */
  readonly onDenied: (unit: Unit) => void;
}

/**
 * Sends what is in a batch, each kind to its route. Stops at the first that must be sent again. Consent goes first: who
 * just gave it is counted, and of who just withdrew it nothing more is.
 */
export async function sendEvents(sending: Sending, batch: readonly QueuedEvent[]): Promise<SendOutcome> {
  const { options, pseudonyms } = sending;
  let remaining = batch;
  for (const [type, { path }] of [
    ["consent", routes.consent],
    ["exposure", routes.exposures],
    ["metric", routes.outcomes],
  ] as const) {
    const events = remaining.filter((event) => event.type === type);
    if (events.length === 0) continue;
    const posted = await post(sending, path, encodeEvents(events, pseudonyms, options.clock.now()));
    if (posted.kind === "again") return { kind: "failed", remaining, retryAfterMs: posted.retryAfterMs };
    if (posted.kind === "refused")
      options.onError({ code: "events_rejected", count: events.length, first: posted.reason });
    if (posted.kind === "taken")
      for (const place of posted.denied) {
        const event = events[place];
        if (event !== undefined) sending.onDenied(event.type === "exposure" ? event : event.unit);
      }
    remaining = remaining.filter((event) => event.type !== type);
  }
  return { kind: "settled", remaining };
}

type Posted =
  | { readonly kind: "taken"; /** Places of events that were dropped. */ readonly denied: readonly number[] }
  | { readonly kind: "again"; readonly retryAfterMs: number }
  | { readonly kind: "refused"; readonly reason: string };

async function post({ options, closing }: Sending, path: string, body: string): Promise<Posted> {
  const limit = deadline(options.clock, requestTimeoutMs, closing);
  try {
    const headers = { "content-type": "application/json" };
    const answer = await request(options, `${path}?env=${options.environment}`, {
      method: "POST",
      headers,
      body,
      signal: limit.signal,
    });
    if (answer.kind === "unreachable") {
      options.onError({ code: "unreachable", doing: "events", message: answer.message });
      return { kind: "again", retryAfterMs: 0 };
    }
    return await judge(options, answer.response);
  } catch (error) {
    // The answer broke off after its head: the events may be in, and the same ids make asking again harmless.
    options.onError({ code: "unreachable", doing: "events", message: messageOf(error) });
    return { kind: "again", retryAfterMs: 0 };
  } finally {
    limit.end();
  }
}

async function judge(options: ResolvedOptions, response: Response): Promise<Posted> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const receipt = (await response.json()) as Partial<IngestReceipt>;
    const [first] = receipt.errors ?? [];
    if (receipt.rejected !== undefined && receipt.rejected > 0)
      options.onError({
        code: "events_rejected",
        count: receipt.rejected,
        first: first?.message ?? "no reason given",
      });
    return { kind: "taken", denied: receipt.optedOutAt ?? [] };
  }
  const again = { kind: "again", retryAfterMs: retryAfterMs(response, options.clock.now()) } as const;
  const text = await response.text();
  if (status === 401 || status === 403) {
    options.onError({ code: "refused", doing: "events", status });
    return again;
  }
  if (status === 408 || status === 429 || status >= 500) {
    options.onError({
      code: "unreachable",
      doing: "events",
      status,
      message: `the service answered ${status}`,
    });
    return again;
  }
  return { kind: "refused", reason: `${status}: ${text.slice(0, 200)}` };
}
