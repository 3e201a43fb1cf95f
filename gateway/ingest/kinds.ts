import { eventTypes, type EventType } from "../../protocols/event.ts";
import type { EventRecord } from "../../protocols/log-record.ts";
import { isObject } from "../evaluate/request.ts";
import type { RawEvent } from "./body.ts";
import {
  parseConsent,
  parseDecision,
  parseExposure,
  parseIdentify,
  parseOutcome,
  parseReward,
  parseShadow,
  parseSlot,
  type Parsed,
} from "./input.ts";
import { resolveExposure, resolveOutcome } from "./resolve.ts";
import {
  resolveConsent,
  resolveDecision,
  resolveIdentify,
  resolveReward,
  resolveShadow,
  resolveSlot,
} from "./resolve-others.ts";
import type { Candidate } from "./judge.ts";
import type { Rejection, Resolved, ResolveScope } from "./scope.ts";

/** A record, or why there is none. */
export type Read = Candidate | { readonly rejection: Rejection };

type Reader = (event: unknown, scope: ResolveScope) => Read;

const reader =
  <Input extends { readonly id?: string | undefined; readonly ts?: number | undefined }>(
    parse: (event: unknown) => Parsed<Input>,
    resolve: (input: Input, scope: ResolveScope) => Resolved<EventRecord>,
  ): Reader =>
  (event, scope) => {
    const parsed = parse(event);
    if (!parsed.ok) {
      const { message, kept } = parsed;
      return { rejection: { code: "invalid_event", message, kept } };
    }
    const { input } = parsed;
    const resolved = resolve(input, scope);
    if (!("type" in resolved)) return { rejection: resolved };
    // An exposure token brings an id as well.
    const hasOwnId = input.id !== undefined || "exposureToken" in input;
    return { record: resolved, givenTs: input.ts, hasOwnId };
  };

/** Each kind of event: how it is checked, and what becomes of it. */
const readers: Readonly<Record<EventType, Reader>> = {
  exposure: reader(parseExposure, resolveExposure),
  metric: reader(parseOutcome, resolveOutcome),
  decision: reader(parseDecision, resolveDecision),
  identify: reader(parseIdentify, resolveIdentify),
  consent: reader(parseConsent, resolveConsent),
  slot: reader(parseSlot, resolveSlot),
  reward: reader(parseReward, resolveReward),
  shadow: reader(parseShadow, resolveShadow),
};

/** `type` is what an event is that does not say so; undefined where each must. */
export function readEvent(raw: RawEvent, type: EventType | undefined, scope: ResolveScope): Read {
  if (raw.kind === "unreadable")
    return { rejection: { code: "malformed_json", message: "the line is not JSON" } };
  const kind = type ?? typeOf(raw.value);
  if (kind !== undefined) return readers[kind](raw.value, scope);
  return { rejection: { code: "invalid_event", message: `type must be one of ${eventTypes.join(", ")}` } };
}

const types: ReadonlySet<unknown> = new Set(eventTypes);

function typeOf(event: unknown): EventType | undefined {
  const type = isObject(event) ? event["type"] : undefined;
  return types.has(type) ? (type as EventType) : undefined;
}
