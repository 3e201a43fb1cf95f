import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Plan } from "./plan.ts";

// A plan as the answer to an ask. Plans are repetitive text, so one of several megabytes fits a message when it is
// compressed; one with long unit lists does not, and is asked for with the one unit that matters.

export type PlanAnswer =
  | { readonly plan: Plan }
  /** base64 of the gzip of the plan's JSON. */
  | { readonly gzip: string };

/** Compressing costs more than it saves below this. */
const plainBytesMax = 256 * 1024;
/** One message of 1 MiB, less room for what surrounds it. */
const answerBytesMax = 1_000_000;

export type AnswerOfPlan =
  | { readonly ok: true; readonly answer: PlanAnswer }
  | { readonly ok: false; readonly size: { readonly bytes: number; readonly bytesMax: number } };

export function answerOfPlan(plan: Plan): AnswerOfPlan {
  const text = JSON.stringify(plan);
  if (Buffer.byteLength(text) <= plainBytesMax) return { ok: true, answer: { plan } };
  const gzip = gzipSync(text).toString("base64");
  return gzip.length <= answerBytesMax
    ? { ok: true, answer: { gzip } }
    : { ok: false, size: { bytes: gzip.length, bytesMax: answerBytesMax } };
}

/** The plan again. It is ours: an environment compiled it. */
export const planOfAnswer = (answer: PlanAnswer): Plan =>
  "plan" in answer
    ? answer.plan
    : (JSON.parse(gunzipSync(Buffer.from(answer.gzip, "base64")).toString("utf8")) as Plan);
