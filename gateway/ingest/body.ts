import { eventsPerRequestMax } from "../../protocols/event.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { parseJson } from "../json-body.ts";
import { isObject } from "../evaluate/request.ts";

/** One event as it came: JSON, or a line that is none. */
export type RawEvent = { readonly kind: "json"; readonly value: unknown } | { readonly kind: "unreadable" };

/** `text/plain` is what a browser's beacon sends; no type at all is taken for JSON. */
const jsonTypes = new Set(["", "application/json", "text/plain"]);
const lineTypes = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);

/** The events of a body: one object, an array, `{events: […]}`, or a JSON value a line. */
export function rawEventsOf(contentType: string, body: string): Outcome<readonly RawEvent[]> {
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  const isLines = lineTypes.has(mediaType);
  if (!isLines && !jsonTypes.has(mediaType))
    return fail({ code: "unsupported_media_type", contentType: contentType.slice(0, 100) });
  const events = isLines ? linesOf(body) : valuesOf(body);
  if (!events.ok || events.value.length <= eventsPerRequestMax) return events;
  const message = `at most ${eventsPerRequestMax} events a request, these are ${events.value.length}`;
  return fail({ code: "invalid_request", issues: [{ path: "events", message }] });
}

function valuesOf(body: string): Outcome<readonly RawEvent[]> {
  const json = parseJson(body);
  if (!json.ok) return json;
  const { value } = json;
  const asEvents = (values: readonly unknown[]): Outcome<readonly RawEvent[]> =>
    succeed(values.map((event) => ({ kind: "json", value: event })));
  if (Array.isArray(value)) return asEvents(value);
  if (!isObject(value))
    return fail({
      code: "invalid_request",
      issues: [{ path: "", message: "send an event, an array of events or {events: […]}" }],
    });
  if (!Object.hasOwn(value, "events")) return asEvents([value]);
  const { events, ...others } = value;
  if (!Array.isArray(events))
    return fail({ code: "invalid_request", issues: [{ path: "events", message: "must be an array" }] });
  const unknown = Object.keys(others);
  return unknown.length === 0
    ? asEvents(events)
    : fail({
        code: "invalid_request",
        issues: unknown.map((path) => ({ path, message: "is not known here" })),
      });
}

function linesOf(body: string): Outcome<readonly RawEvent[]> {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  return succeed(
    lines.map((line): RawEvent => {
      const json = parseJson(line);
      return json.ok ? { kind: "json", value: json.value } : { kind: "unreadable" };
    }),
  );
}
