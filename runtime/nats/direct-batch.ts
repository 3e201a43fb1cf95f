import { createInbox } from "@nats-io/transport-node";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../ports/clock.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { atLeast } from "./server.ts";

// The first messages of one subject in one request: half of the time that a consumer takes to be made, asked and
// removed, and a shard's actors all come to life at once. Core messages answer it, so some may be lost on their way;
// each names the one before, so a loss shows.

/** As many as arrive before a consumer would have begun; the rest of a longer history is cheaper through one. */
const messagesMax = 256;
const bytesMax = 1024 * 1024;
/** An answer comes within milliseconds; silence for longer is an outage, and a consumer's business. */
const silenceMsMax = 1_000;
const endOfBatch = 204;

/**
 * From `from` on, in order and without a hole, as far as one answer goes. It may come from a replica that has not got
 * the newest ones yet, and holds nothing when the server is too old or the stream does not allow direct reads.
 */
export async function readDirectBatch(
  connection: NatsConnection,
  clock: Clock,
  { stream, subject, from }: { readonly stream: string; readonly subject: string; readonly from: number },
): Promise<readonly JournalEntry[]> {
  if (connection.isClosed() || !atLeast(connection.info?.version ?? "0.0", 2, 11)) return [];
  const entries: JournalEntry[] = [];
  const ended = new AbortController();
  let heard = false;
  const receive = (error: Error | null, message: Msg): void => {
    if (error !== null) return ended.abort();
    heard = true;
    const { headers } = message;
    const previous = entries.at(-1)?.sequence ?? 0;
    const follows = Number(headers?.get("Nats-Last-Sequence")) === previous;
    if (headers === undefined || !follows || headers.code >= endOfBatch) return ended.abort();
    entries.push({ sequence: Number(headers.get("Nats-Sequence")), data: message.data });
  };
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox, { callback: receive });
  const request = { seq: from, next_by_subj: subject, batch: messagesMax, max_bytes: bytesMax };
  connection.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(request), { reply: inbox });
  do {
    heard = false;
    await clock.sleep(silenceMsMax, ended.signal);
  } while (heard && !ended.signal.aborted);
  subscription.unsubscribe();
  return entries;
}
