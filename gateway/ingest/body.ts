import { eventsPerRequestMax } from "../../protocols/event.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { Instant } from "../../protocols/time.ts";
import { parseJson } from "../json-body.ts";
import { isObject } from "../evaluate/request.ts";

/** One event as it came: JSON, or a line that is none. */
export type RawEvent = { readonly kind: "json"; readonly value: unknown } | { readonly kind: "unreadable" };

export interface EventsBody {
  readonly events: readonly RawEvent[];
  /** What time the client had, epoch ms. */
  readonly sentAt?: number;
}

/** `text/plain` is what a browser's beacon sends; no type at all is taken for JSON. */
const jsonTypes = new Set(["", "application/json", "text/plain"]);
const lineTypes = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);

export type BodyForm = "json" | "lines";

export function formOf(contentType: string): Outcome<BodyForm> {
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (lineTypes.has(mediaType)) return succeed("lines");
  if (jsonTypes.has(mediaType)) return succeed("json");
  return fail({ code: "unsupported_media_type", contentType: contentType.slice(0, 100) });
}

/** The events of a body: one object, an array, `{events: […], sentAt?}`, or a JSON value a line. */
export function eventsOf(form: BodyForm, body: string): Outcome<EventsBody> {
  const read = form === "lines" ? linesOf(body) : valuesOf(body);
  if (!read.ok || read.value.events.length <= eventsPerRequestMax) return read;
  return refuse(
    "events",
    `at most ${eventsPerRequestMax} events a request, these are ${read.value.events.length}`,
  );
}

function valuesOf(body: string): Outcome<EventsBody> {
  const json = parseJson(body);
  if (!json.ok) return json;
  const { value } = json;
  if (Array.isArray(value)) return succeed({ events: asEvents(value) });
  if (!isObject(value)) return refuse("", "send an event, an array of events or {events: […]}");
  return Object.hasOwn(value, "events") ? envelopeOf(value) : succeed({ events: asEvents([value]) });
}

function envelopeOf({ events, sentAt, ...others }: Record<string, unknown>): Outcome<EventsBody> {
  if (!Array.isArray(events)) return refuse("events", "must be an array");
  const unknown = Object.keys(others);
  if (unknown.length > 0)
    return fail({
      code: "invalid_request",
      issues: unknown.map((path) => ({ path, message: "is not known here" })),
    });
  if (sentAt === undefined) return succeed({ events: asEvents(events) });
  const instant = Instant.safeParse(sentAt);
  return instant.success
    ? succeed({ events: asEvents(events), sentAt: instant.data })
    : refuse("sentAt", "must be epoch milliseconds or an RFC 3339 date-time");
}

function linesOf(body: string): Outcome<EventsBody> {
  const events: RawEvent[] = [];
  for (const line of body.split("\n")) {
    if (line.trim() === "") continue;
    const json = parseJson(line);
    events.push(json.ok ? { kind: "json", value: json.value } : { kind: "unreadable" });
  }
  return succeed({ events });
}

const asEvents = (values: readonly unknown[]): RawEvent[] =>
  values.map((event) => ({ kind: "json", value: event }));

const refuse = (path: string, message: string): Outcome<EventsBody> =>
  fail({ code: "invalid_request", issues: [{ path, message }] });
