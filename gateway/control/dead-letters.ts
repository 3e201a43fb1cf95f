import {
  DropInput,
  LetterFilter,
  LetterId,
  letterChangesMax,
  RetryInput,
  type DropReceipt,
  type RetryReceipt,
} from "../../protocols/dead-letters.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { IngestReceipt } from "../../protocols/event.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { buckets } from "../../protocols/topology.ts";
import { environmentOf, namedEnvironment } from "../auth.ts";
import type { Call, Link, Room } from "../call.ts";
import { planFor } from "../evaluate/decide.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { parseBody, parseValue } from "../json-body.ts";
import { Letters, placeIn, type Wanted } from "../letters/letters.ts";
import { alone } from "../letters/lock.ts";
import { retryLetters } from "../letters/retry.ts";
import { detailOf, type StoredLetter } from "../letters/stored-letter.ts";
import { answer } from "./ask.ts";
import { pageAsked, pageShown } from "./page.ts";

// What was set aside, for operators. Letters hold what units did, so that they need the scope `admin`; a token of one
// environment sees the events that were refused there, and nothing of the actors.

interface Desk {
  readonly link: Link;
  readonly letters: Letters;
  /** What this token may see. */
  readonly visible: Wanted;
}

const limits = { limitDefault: 50, limitMax: 200 };

export async function listLetters(room: Room, call: Call): Promise<Answer> {
  const desk = deskOf(room, call);
  if (!desk.ok) return call.problem(desk.failure);
  const { query } = call.head;
  const asked = pageAsked(query, limits);
  if (!asked.ok) return call.problem(asked.failure);
  const filter = filterIn(query);
  if (!filter.ok) return call.problem(filter.failure);
  const { limit, after } = asked.value;
  const last = LetterId.optional().safeParse(after);
  if (!last.success)
    return call.problem({
      code: "invalid_request",
      issues: [{ path: "cursor", message: "is not one of ours" }],
    });
  const before = last.data === undefined ? undefined : placeIn(last.data);
  const { letters, visible } = desk.value;
  const wanted = { ...visible, ...filter.value };
  return read(call, async () => pageShown(await letters.page(wanted, { limit, before })));
}

export async function countLetters(room: Room, call: Call): Promise<Answer> {
  const desk = deskOf(room, call);
  if (!desk.ok) return call.problem(desk.failure);
  const filter = filterIn(call.head.query);
  if (!filter.ok) return call.problem(filter.failure);
  const { letters, visible } = desk.value;
  return read(call, () => letters.counts({ ...visible, ...filter.value }));
}

export async function showLetter(room: Room, call: Call): Promise<Answer> {
  const found = await named(room, call);
  return answer(call, found, ({ letter }) => jsonAnswer(200, detailOf(letter)));
}

export async function dropLetter(room: Room, call: Call): Promise<Answer> {
  const found = await named(room, call);
  if (!found.ok) return call.problem(found.failure);
  const { desk, letter } = found.value;
  const dropped = await locked(room, desk, async () => succeed(await desk.letters.drop([letter])));
  return answer(call, dropped, (count) =>
    jsonAnswer(200, { dropped: count, more: false } satisfies DropReceipt),
  );
}

export async function dropLetters(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(DropInput, body);
  if (!input.ok) return call.problem(input.failure);
  const desk = deskOf(room, call);
  if (!desk.ok) return call.problem(desk.failure);
  const receipt = await locked(room, desk.value, async (): Promise<Outcome<DropReceipt>> => {
    const { found, more } = await selectedOf(desk.value, input.value);
    return succeed({ dropped: await desk.value.letters.drop(found), more });
  });
  return answer(call, receipt);
}

export async function retryDeadLetters(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(RetryInput, body);
  if (!input.ok) return call.problem(input.failure);
  const desk = deskOf(room, call);
  if (!desk.ok) return call.problem(desk.failure);
  const { link, letters } = desk.value;
  const receipt = await locked(room, desk.value, async (): Promise<Outcome<RetryReceipt>> => {
    const { found, more } = await selectedOf(desk.value, input.value);
    const parts = {
      client: link.client,
      writer: link.connection.writer,
      takeEvents: (environment: EnvironmentKey, events: readonly unknown[]) =>
        takeEvents(room, call, environment, events),
    };
    const { taken, ...done } = await retryLetters(parts, found, input.value.patch);
    await letters.drop(taken);
    return succeed({ ...done, more });
  });
  return answer(call, receipt);
}

/** Through the door that they were refused at, by the caller's right: a token that may backfill brings in old ones. */
async function takeEvents(
  room: Room,
  call: Call,
  environment: EnvironmentKey,
  values: readonly unknown[],
): Promise<Outcome<IngestReceipt>> {
  const plan = planFor(room, call, environment);
  if (!plan.ok) return plan;
  const hold = room.ingest.admit(environment, Buffer.byteLength(JSON.stringify(values)));
  if (!hold.ok) return hold;
  const events = values.map((value) => ({ kind: "json", value }) as const);
  const { principal } = call;
  try {
    const request = { type: undefined, events, plan: plan.value, principal, haveLetters: true };
    return await room.ingest.take(request, hold.value);
  } finally {
    hold.value.release();
  }
}

async function named(room: Room, call: Call): Promise<Outcome<{ desk: Desk; letter: StoredLetter }>> {
  const desk = deskOf(room, call);
  if (!desk.ok) return desk;
  const text = call.params[0] ?? "";
  const notThere = fail({ code: "letter_not_found", letter: text.slice(0, 40) } as const);
  const id = LetterId.safeParse(text);
  if (!id.success) return notThere;
  try {
    const [letter] = await desk.value.letters.named([id.data], desk.value.visible);
    return letter === undefined ? notThere : succeed({ desk: desk.value, letter });
  } catch {
    return silent();
  }
}

async function selectedOf(
  { letters, visible }: Desk,
  { ids, filter }: DropInput,
): Promise<{ found: StoredLetter[]; more: boolean }> {
  if (ids !== undefined) return { found: await letters.named(ids, visible), more: false };
  const { found, next } = await letters.find({ ...visible, ...filter }, { limit: letterChangesMax });
  return { found, more: next !== undefined };
}

/** One at a time changes letters, over all gateways. */
async function locked<Value>(
  room: Room,
  { link }: Desk,
  work: () => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  try {
    return await alone(await link.connection.bucket(buckets.operations), "letters", room, work);
  } catch (error) {
    room.log.warn("letters_not_changed", { error });
    return silent();
  }
}

async function read(call: Call, work: () => Promise<unknown>): Promise<Answer> {
  try {
    return jsonAnswer(200, await work(), [["cache-control", "no-store"]]);
  } catch {
    return call.problem(silent().failure);
  }
}

const silent = () =>
  fail({ code: "unavailable", reason: "the log does not answer", retryAfterMs: 1_000 } as const);

function deskOf(room: Room, call: Call): Outcome<Desk> {
  const link = room.link();
  if (link === undefined)
    return fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  const own = call.principal.environment;
  const asked = namedEnvironment(call.head) ?? own;
  let environment: EnvironmentKey | undefined;
  if (asked !== undefined) {
    const found = environmentOf(call.principal, room.directory, asked);
    if (!found.ok) return found;
    environment = found.value;
  }
  return succeed({
    link,
    letters: new Letters(link.connection, room.clock),
    visible: { ...(environment === undefined ? {} : { environment }), eventsOnly: own !== undefined },
  });
}

function filterIn(query: string): Outcome<LetterFilter> {
  const given = ["kind", "code", "from"].map((name) => [name, queryValue(query, name)] as const);
  return parseValue(LetterFilter, Object.fromEntries(given.filter(([, value]) => value !== undefined)));
}
