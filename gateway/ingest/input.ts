import type { z } from "zod";
import {
  ConsentInput,
  DecisionInput,
  ExposureInput,
  IdentifyInput,
  metadataLengthMax,
  OutcomeInput,
  RewardInput,
  ShadowInput,
  SlotInput,
  valueMax,
} from "../../protocols/event.ts";
import { isObject } from "../evaluate/request.ts";

// Events as sent. The two common kinds are checked by hand at a tenth of zod's time. The hand check may only say
// "surely right": everything else goes to the schema, which decides and explains. A property test holds that whatever
// passes here, passes there alike.

export type Parsed<Input> =
  | { readonly ok: true; readonly input: Input }
  | {
      readonly ok: false;
      readonly message: string;
      /** Without the names that the sender made up. */ readonly kept: string;
    };

export const parseExposure = (event: unknown): Parsed<ExposureInput> =>
  parse(event, exposureFields, ExposureInput);
export const parseOutcome = (event: unknown): Parsed<OutcomeInput> =>
  parse(event, outcomeFields, OutcomeInput);
export const parseDecision = (event: unknown): Parsed<DecisionInput> => bySchema(event, DecisionInput);
export const parseSlot = (event: unknown): Parsed<SlotInput> => bySchema(event, SlotInput);
export const parseReward = (event: unknown): Parsed<RewardInput> => bySchema(event, RewardInput);
export const parseShadow = (event: unknown): Parsed<ShadowInput> => bySchema(event, ShadowInput);
export const parseIdentify = (event: unknown): Parsed<IdentifyInput> => bySchema(event, IdentifyInput);
export const parseConsent = (event: unknown): Parsed<ConsentInput> => bySchema(event, ConsentInput);

/** Below the depth at which a recursive check could run out of stack. */
const jsonDepthMax = 64;

type Check = (value: unknown) => boolean;

const text =
  (pattern: RegExp, lengthMax: number): Check =>
  (value) =>
    typeof value === "string" && value.length > 0 && value.length <= lengthMax && pattern.test(value);
const rawKey: Check = (value) => typeof value === "string" && value.length > 0 && value.length <= 1_024;
const key = text(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 100);
const eventName = text(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$/, 100);

const commonFields: Readonly<Record<string, Check>> = {
  id: text(/^\S+$/, 128),
  ts: (value) => typeof value === "number" && Number.isSafeInteger(value) && Math.abs(value) <= 8.64e15,
  userId: rawKey,
  unit: rawKey,
  unitId: text(/^[A-Za-z0-9_-]{22}$/, 22),
  unitType: text(/^[a-z][a-z0-9_]{0,31}$/, 32),
  sessionId: rawKey,
  metadata: isSmallRecord,
  bot: (value) => typeof value === "boolean",
};

const exposureFields = fields({
  ...commonFields,
  type: (value) => value === "exposure",
  exposureToken: (value) => typeof value === "string" && value.length <= 2_048,
  experimentKey: key,
  experiment: key,
  flagKey: key,
  variant: key,
});

const outcomeFields = fields({
  ...commonFields,
  type: (value) => value === "metric",
  eventName,
  name: eventName,
  value: (value) => typeof value === "number" && Math.abs(value) <= valueMax,
  currency: (value) => typeof value === "string" && value.length <= 8,
  properties: isSmallRecord,
});

/** A map, because an event may have a member named `constructor`. */
function fields(checks: Readonly<Record<string, Check>>): ReadonlyMap<string, Check> {
  return new Map(Object.entries(checks));
}

/** ISO 8601 in UTC: by far the most common text; any other form is the schema's to read. */
const utcInstant = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):\d\d:\d\d(?:\.\d{1,9})?Z$/;

function instantOf(value: string): number | undefined {
  const parts = utcInstant.exec(value);
  const ms = parts === null ? Number.NaN : Date.parse(value);
  if (parts === null || Number.isNaN(ms)) return undefined;
  // Date.parse lets 30 February and 24:00 through; they come out as another day or hour.
  const date = new Date(ms);
  return date.getUTCDate() === Number(parts[3]) && date.getUTCHours() === Number(parts[4]) ? ms : undefined;
}

function parse<Input>(
  event: unknown,
  checks: ReadonlyMap<string, Check>,
  schema: z.ZodType<Input>,
): Parsed<Input> {
  if (isObject(event)) {
    const quick = quickly<Input>(event, checks);
    if (quick !== undefined) return { ok: true, input: quick };
  }
  return bySchema(event, schema);
}

function bySchema<Input>(event: unknown, schema: z.ZodType<Input>): Parsed<Input> {
  try {
    const parsed = schema.safeParse(event);
    if (parsed.success) return { ok: true, input: parsed.data };
    const { issues } = parsed.error;
    return { ok: false, message: textOf(issues, issueText), kept: textOf(issues, keptText) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, message: "is nested too deeply", kept: "is nested too deeply" };
  }
}

function quickly<Input>(
  event: Record<string, unknown>,
  checks: ReadonlyMap<string, Check>,
): Input | undefined {
  for (const name in event) {
    const value = event[name];
    if (name === "ts" && typeof value === "string") continue;
    if (checks.get(name)?.(value) !== true) return undefined;
  }
  if (typeof event["ts"] !== "string") return event as Input;
  const ts = instantOf(event["ts"]);
  return ts === undefined ? undefined : ({ ...event, ts } as Input);
}

function isSmallRecord(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (name.length > 100) return false;
  return lengthAtMost(value, 0) <= metadataLengthMax;
}

/** One character becomes six at most: `\u0000`. */
const escapedMax = 6;

/**
 * At most so many characters of JSON; infinite for what the schema must judge. Values come from JSON.parse, so only
 * depth and numbers need a look: `1e999` is read as Infinity.
 */
function lengthAtMost(value: unknown, depth: number): number {
  if (typeof value === "string") return escapedMax * value.length + 2;
  if (typeof value === "number") return Number.isFinite(value) ? 25 : Number.POSITIVE_INFINITY;
  if (typeof value !== "object" || value === null) return 5;
  if (depth >= jsonDepthMax) return Number.POSITIVE_INFINITY;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value) length += lengthAtMost(item, depth + 1) + 1;
    return length;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") return Number.POSITIVE_INFINITY;
    length += escapedMax * name.length + 4 + lengthAtMost(member, depth + 1);
  }
  return length;
}

type Issue = z.core.$ZodIssue;

const textOf = (issues: readonly Issue[], write: (issue: Issue) => string): string =>
  issues.map(write).join("; ").slice(0, 500);
const issueText = ({ path, message }: Issue): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
const keptText = (issue: Issue): string =>
  issue.code === "unrecognized_keys"
    ? `has ${issue.keys.length} members that are not known`
    : issueText({ ...issue, path: issue.path.slice(0, 1) });
