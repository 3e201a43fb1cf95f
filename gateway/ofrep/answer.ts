import type { ClientContext, Evaluation, Reason } from "../../protocols/decision.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { Call, Room } from "../call.ts";
import { isClientContext, isObject } from "../evaluate/request.ts";
import { jsonAnswer, jsonType, type Answer } from "../http.ts";
import { parseJson } from "../json-body.ts";
import type { LivePlan } from "../live-plan.ts";

// OFREP 0.3.0's words. Errors about the evaluation have its shape, with `key` and `errorCode` in each, because clients
// reject anything else; errors about the caller (401, 403, 429) have no shape there, so they are problems as everywhere.

/** Its enum is smaller than OpenFeature's: a default that no rule touched is static, the rest it does not know. */
const reasonOf: Record<Reason, "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "UNKNOWN"> = {
  STATIC: "STATIC",
  DEFAULT: "STATIC",
  TARGETING_MATCH: "TARGETING_MATCH",
  SPLIT: "SPLIT",
  DISABLED: "DISABLED",
  CACHED: "UNKNOWN",
  STALE: "UNKNOWN",
  ERROR: "UNKNOWN",
};

export interface Refusal {
  readonly errorCode:
    | "PARSE_ERROR"
    | "TARGETING_KEY_MISSING"
    | "INVALID_CONTEXT"
    | "FLAG_NOT_FOUND"
    | "GENERAL";
  readonly errorDetails: string;
}

export const refuse = (errorCode: Refusal["errorCode"], errorDetails: string): Refusal => ({
  errorCode,
  errorDetails,
});

export const noTargetingKey = refuse("TARGETING_KEY_MISSING", "context.targetingKey is required");

type ReadContext =
  | { readonly ok: true; readonly context: ClientContext }
  | { readonly ok: false; readonly refusal: Refusal };

const refused = (refusal: Refusal): ReadContext => ({ ok: false, refusal });

export function readContext(body: string): ReadContext {
  const json = parseJson(body);
  if (!json.ok) return refused(refuse("PARSE_ERROR", "the body is not JSON"));
  if (!isObject(json.value) || !isObject(json.value["context"]))
    return refused(refuse("INVALID_CONTEXT", "the body needs an object named context"));
  const { context } = json.value;
  const { targetingKey, unitId } = context;
  if (targetingKey === "" || (targetingKey === undefined && unitId === undefined))
    return refused(noTargetingKey);
  if (isClientContext(context)) return { ok: true, context: context as ClientContext };
  const text = "targetingKey and sessionKey must be texts of 1 to 1024 characters, unitId 22 of base64url";
  return refused(refuse("INVALID_CONTEXT", text));
}

/** A value of null is no value: the client's own default stands, which OFREP says by leaving the value out. */
export function successOf(
  plan: LivePlan,
  evaluation: Evaluation,
  also: Readonly<Record<string, boolean>> = {},
): Record<string, unknown> {
  const { flagKey, variation, value, reason, code, ruleId, experiment } = evaluation;
  return {
    key: flagKey,
    reason: plan.stale ? "UNKNOWN" : reasonOf[reason],
    ...(variation === undefined ? {} : { variant: variation }),
    ...(variation === undefined || value === null ? {} : { value }),
    metadata: {
      version: plan.version,
      code,
      ...(ruleId === undefined ? {} : { ruleId }),
      ...(experiment === undefined ? {} : { experiment }),
      ...also,
    },
  };
}

/** A failure that is not about the context: its status and problem document, with what OFREP's clients look for. */
export function generalFailure(call: Call, failure: Failure, key?: string): Answer {
  const { status, headers, body } = call.problem(failure);
  const document = JSON.parse(body.toString()) as { detail?: string };
  const errorCode = status === 404 && key !== undefined ? "FLAG_NOT_FOUND" : "GENERAL";
  const named = key === undefined ? {} : { key };
  const members = { ...document, ...named, ...refuse(errorCode, document.detail ?? "") };
  const others = headers.filter(([name]) => name !== "content-type");
  return { status, headers: [jsonType, ...others], body: JSON.stringify(members) };
}

/** A defect of ours, in a shape that clients can read. */
export async function guarded(
  room: Room,
  call: Call,
  key: string | undefined,
  run: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    const { requestId } = call;
    room.log.error("request_failed", { requestId, error });
    const named = key === undefined ? {} : { key };
    return jsonAnswer(500, {
      ...named,
      ...refuse("GENERAL", `a defect of ours; its log entry is ${requestId}`),
    });
  }
}
