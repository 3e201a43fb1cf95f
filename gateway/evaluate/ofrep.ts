import { hash } from "node:crypto";
import type { ClientContext, Evaluation, Reason } from "../../protocols/decision.ts";
import { evaluate, evaluateAll } from "../../evaluation/evaluate.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { emptyAnswer, jsonAnswer, jsonType, type Answer } from "../http.ts";
import { parseJson } from "../json-body.ts";
import type { LivePlan } from "../live-plan.ts";
import { contextOf } from "./context.ts";
import { planFor } from "./evaluate.ts";
import { isClientContext, isObject } from "./request.ts";

// OFREP 0.3.0. Errors about the evaluation have its shape, with `key` and `errorCode` in each, because clients reject
// anything else; errors about the caller (401, 403, 429) have no shape there, so they are problems as everywhere.

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

interface Refusal {
  readonly errorCode:
    | "PARSE_ERROR"
    | "TARGETING_KEY_MISSING"
    | "INVALID_CONTEXT"
    | "FLAG_NOT_FOUND"
    | "GENERAL";
  readonly errorDetails: string;
}

const refuse = (errorCode: Refusal["errorCode"], errorDetails: string): Refusal => ({
  errorCode,
  errorDetails,
});

/** `POST /ofrep/v1/evaluate/flags/{key}`. */
export function postOfrepFlag(room: Room, call: Call, body: string): Answer {
  const key = call.params[0] ?? "";
  const found = planFor(room, call, namedEnvironment(call.head));
  if (!found.ok) return call.problem(found.failure);
  const context = readContext(body);
  if ("errorCode" in context) return jsonAnswer(400, { key, ...context });
  const asked = contextOf(context, found.value, room.clock.now());
  if (asked === undefined) return jsonAnswer(400, { key, ...noTargetingKey });
  const evaluation = evaluate(found.value.program, key, asked);
  if (evaluation.code === "flag_not_found")
    return jsonAnswer(404, { key, ...refuse("FLAG_NOT_FOUND", `there is no flag "${key.slice(0, 100)}"`) });
  room.counts.evaluations++;
  return jsonAnswer(200, successOf(found.value, evaluation));
}

/** `POST /ofrep/v1/evaluate/flags`: every flag. The ETag is of the whole answer, so it follows the context too. */
export function postOfrepFlags(room: Room, call: Call, body: string): Answer {
  const found = planFor(room, call, namedEnvironment(call.head));
  if (!found.ok) return call.problem(found.failure);
  const plan = found.value;
  const context = readContext(body);
  if ("errorCode" in context) return jsonAnswer(400, context);
  const asked = contextOf(context, plan, room.clock.now());
  if (asked === undefined) return jsonAnswer(400, noTargetingKey);
  const evaluations = evaluateAll(plan.program, asked);
  room.counts.evaluations += evaluations.length;
  const answer = JSON.stringify({
    flags: evaluations.map((evaluation) => successOf(plan, evaluation)),
    metadata: { version: plan.version },
  });
  // The unit is part of the tag: two people with equal answers must not look like one to a client's cache.
  const etag = `"${hash("sha256", `${asked.unitId}:${answer}`, "hex").slice(0, 32)}"`;
  if (isSameTag(call.head.header("if-none-match"), etag)) return emptyAnswer(304, [["etag", etag]]);
  return { status: 200, headers: [jsonType, ["etag", etag], ["cache-control", "no-cache"]], body: answer };
}

const noTargetingKey = refuse("TARGETING_KEY_MISSING", "context.targetingKey is required");

function readContext(body: string): ClientContext | Refusal {
  const json = parseJson(body);
  if (!json.ok) return refuse("PARSE_ERROR", "the body is not JSON");
  if (!isObject(json.value) || !isObject(json.value["context"]))
    return refuse("INVALID_CONTEXT", "the body needs an object named context");
  const { context } = json.value;
  if (context["targetingKey"] === undefined && context["unitId"] === undefined) return noTargetingKey;
  if (context["targetingKey"] === "") return noTargetingKey;
  if (!isClientContext(context))
    return refuse(
      "INVALID_CONTEXT",
      "targetingKey must be a text of 1 to 1024 characters, unitId 22 of base64url",
    );
  return context as ClientContext;
}

function successOf(plan: LivePlan, evaluation: Evaluation): Record<string, unknown> {
  const { flagKey, variation, value, reason, code, ruleId, experiment } = evaluation;
  return {
    key: flagKey,
    reason: plan.stale ? "UNKNOWN" : reasonOf[reason],
    ...(variation === undefined ? {} : { variant: variation, value }),
    metadata: {
      version: plan.version,
      code,
      ...(ruleId === undefined ? {} : { ruleId }),
      ...(experiment === undefined ? {} : { experiment }),
    },
  };
}

/** If-None-Match: a list of tags, weak or not, or `*`. */
export function isSameTag(header: string, etag: string): boolean {
  if (header === "") return false;
  return header.split(",").some((tag) => {
    const given = tag.trim().replace(/^W\//, "");
    return given === "*" || given === etag;
  });
}
