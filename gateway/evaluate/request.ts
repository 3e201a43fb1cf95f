import { EvaluateRequest } from "../../protocols/decision.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { isKey } from "./is-key.ts";
import { parseValue } from "../json-body.ts";

// The body of /evaluate, checked by hand: a tenth of zod's time. A property test holds it equal to the schema; what it
// refuses goes to the schema, which says why.

const unitIdPattern = /^[A-Za-z0-9_-]{22}$/;
const rawKeyLengthMax = 1_024;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isRawKey = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && value.length > 0 && value.length <= rawKeyLengthMax);

export function isClientContext(context: unknown): context is { targetingKey?: string; unitId?: string } {
  if (!isObject(context)) return false;
  const { targetingKey, unitId, sessionKey } = context;
  if (!isRawKey(targetingKey) || !isRawKey(sessionKey)) return false;
  return unitId === undefined || (typeof unitId === "string" && unitIdPattern.test(unitId));
}

export function isEvaluateRequest(body: unknown): body is EvaluateRequest {
  if (!isObject(body)) return false;
  for (const name in body)
    if (name !== "envKey" && name !== "flagKey" && name !== "context" && name !== "explain") return false;
  const { envKey, flagKey, context, explain } = body;
  if (typeof envKey !== "string" || !isKey(envKey)) return false;
  if (typeof flagKey !== "string" || !isKey(flagKey)) return false;
  if (explain !== undefined && typeof explain !== "boolean") return false;
  return isClientContext(context);
}

export function parseEvaluateRequest(body: unknown): Outcome<EvaluateRequest> {
  if (isEvaluateRequest(body)) return succeed(body);
  return parseValue(EvaluateRequest, body);
}
