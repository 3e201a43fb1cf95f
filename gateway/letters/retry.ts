import type { RetryReceipt } from "../../protocols/dead-letters.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { IngestReceipt } from "../../protocols/event.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import { toldBy, type ActorClient, type StreamWriter } from "../../runtime/index.ts";
import { isObject } from "../evaluate/request.ts";
import { detailOf, type StoredLetter } from "./stored-letter.ts";

// Letters, tried again.
//   T1. What is tried again has the id that it had: an event counts once, a command is done once, however often.
//   T2. A letter goes when what it holds was taken; else it stays as it is, and no second one is written.

export interface RetryParts {
  readonly client: ActorClient;
  readonly writer: StreamWriter;
  /** Through the gateway's door, in order; events that are refused leave no letters (T2). */
  takeEvents(environment: EnvironmentKey, events: readonly unknown[]): Promise<Outcome<IngestReceipt>>;
}

export interface RetryOutcome extends Omit<RetryReceipt, "more"> {
  /** To be dropped. */
  readonly taken: readonly StoredLetter[];
}

interface Result {
  retried: number;
  duplicate: number;
  readonly failed: { id: string; code: string; message: string }[];
  readonly taken: StoredLetter[];
}

/** One request's worth of events. */
const eventsPerTake = 500;
const askMsMax = 10_000;

export async function retryLetters(
  parts: RetryParts,
  letters: readonly StoredLetter[],
  patch: Readonly<Record<string, Json>> | undefined,
): Promise<RetryOutcome> {
  const result: Result = { retried: 0, duplicate: 0, failed: [], taken: [] };
  const isEvent = (each: StoredLetter): boolean => each.letter.kind === "event";
  const oldestFirst = letters.toSorted((a, b) => a.sequence - b.sequence || a.line - b.line);
  const events = Map.groupBy(oldestFirst.filter(isEvent), ({ letter }) => letter.environment);
  for (const [environment, ofOne] of events)
    for (let start = 0; start < ofOne.length; start += eventsPerTake)
      await retryEvents(parts, environment, {
        letters: ofOne.slice(start, start + eventsPerTake),
        patch,
        result,
      });
  for (const each of oldestFirst.filter((letter) => !isEvent(letter))) {
    const outcome = await retryOne(parts, each);
    if (outcome.ok) {
      result.retried++;
      result.taken.push(each);
    } else failed(result, each, outcome.failure);
  }
  return result;
}

async function retryEvents(
  parts: RetryParts,
  environment: EnvironmentKey | undefined,
  {
    letters,
    patch,
    result,
  }: {
    readonly letters: readonly StoredLetter[];
    readonly patch: Readonly<Record<string, Json>> | undefined;
    readonly result: Result;
  },
): Promise<void> {
  const present: { letter: StoredLetter; event: unknown }[] = [];
  for (const letter of letters) {
    const event = eventOf(letter, patch);
    if (event !== undefined && environment !== undefined) present.push({ letter, event });
    else failed(result, letter, { code: "not_kept" });
  }
  if (present.length === 0 || environment === undefined) return;
  const receipt = await parts.takeEvents(
    environment,
    present.map(({ event }) => event),
  );
  if (!receipt.ok) {
    for (const { letter } of present) failed(result, letter, receipt.failure);
    return;
  }
  const refused = new Map(receipt.value.errors.map((error) => [error.index, error]));
  for (const [index, { letter }] of present.entries()) {
    const error = refused.get(index);
    if (error === undefined) result.taken.push(letter);
    else result.failed.push({ id: letter.letter.id, code: error.code, message: error.message });
  }
  result.retried += receipt.value.accepted + (receipt.value.optedOut ?? 0);
  result.duplicate += receipt.value.duplicate;
}

const unitMembers = ["userId", "unit", "unitId"] as const;

/** The event as it was, mended. One without an id gets its letter's, one without a time the time it came (T1). */
function eventOf(
  { letter, content }: StoredLetter,
  patch: Readonly<Record<string, Json>> = {},
): Record<string, unknown> | undefined {
  const kept = content?.["event"];
  if (!isObject(kept)) return undefined;
  const type = letter.type === undefined ? {} : { type: letter.type };
  const event: Record<string, unknown> = { id: `letter-${letter.id}`, ts: letter.at, ...type, ...kept };
  if (unitMembers.some((name) => patch[name] !== undefined)) delete event["unitId"];
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete event[name];
    else event[name] = value;
  }
  return event;
}

/** What the runtime set aside, brought to whom it was for. */
async function retryOne({ client, writer }: RetryParts, stored: StoredLetter): Promise<Outcome<unknown>> {
  const { original, place, kind } = detailOf(stored);
  const again = (subject: unknown, data: Uint8Array): Promise<Outcome<unknown>> =>
    append(writer, subject, data, `again-${stored.letter.id}`);
  if (kind === "message" && typeof original === "string")
    return again(place?.["subject"], Buffer.from(original, "base64"));
  if (!isObject(original)) return notRetried();
  if (kind === "command") return tell(client, stored, addressIn(stored.content), original["message"]);
  if (kind === "effect" && original["runtime"] === "tell")
    return tell(client, stored, addressIn(original["to"]), original["message"]);
  if (kind === "effect" && original["runtime"] === "publish")
    return again(original["subject"], Buffer.from(JSON.stringify(original["payload"])));
  return notRetried();
}

const notRetried = (): Outcome<never> =>
  fail({ code: "frozen", what: "letter", reason: "nobody but its writer can do this again" });

async function append(
  writer: StreamWriter,
  subject: unknown,
  data: Uint8Array,
  messageId: string,
): Promise<Outcome<unknown>> {
  if (typeof subject !== "string") return notRetried();
  const outcome = await writer.append(subject, data, { messageId });
  switch (outcome.kind) {
    case "stored":
      return succeed(null);
    case "full":
      return fail({ code: "stream_full", stream: subject, retryAfterMs: 5_000 });
    case "unavailable":
      return fail({ code: "unavailable", reason: outcome.reason, retryAfterMs: 1_000 });
  }
}

interface Addressed {
  readonly kind: string;
  readonly key: string;
}

function addressIn(value: unknown): Addressed | undefined {
  if (!isObject(value)) return undefined;
  const { kind, key } = value;
  return typeof kind === "string" && typeof key === "string" ? { kind, key } : undefined;
}

async function tell(
  client: ActorClient,
  { letter }: StoredLetter,
  address: Addressed | undefined,
  message: unknown,
): Promise<Outcome<unknown>> {
  if (address === undefined) return notRetried();
  const id = `letter-${letter.id}`;
  const reply = await client.ask<unknown, Failure>(address, message, {
    by: "retry",
    id,
    timeoutMs: askMsMax,
  });
  return reply.ok || toldBy(reply.failure.code) === "told" ? succeed(null) : reply;
}

function failed(result: Result, { letter }: StoredLetter, failure: { readonly code: string }): void {
  const { code, ...fields } = failure;
  const message =
    code === "not_kept" ? "the event was not kept: too large, or no object" : JSON.stringify(fields);
  result.failed.push({ id: letter.id, code, message });
}
