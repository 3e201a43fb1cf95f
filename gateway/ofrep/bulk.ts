import { hash } from "node:crypto";
import type { Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import { evaluateAll } from "../../evaluation/evaluate.ts";
import { namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { saidOf } from "../decisions/said.ts";
import { isSameTag } from "../etag.ts";
import { contextOf } from "../evaluate/context.ts";
import { planFor } from "../evaluate/decide.ts";
import { emptyAnswer, jsonAnswer, jsonType, type Answer } from "../http.ts";
import type { BatchOutcome } from "../ingest/batcher.ts";
import type { LivePlan } from "../live-plan.ts";
import { generalFailure, guarded, noTargetingKey, readContext, refuse, successOf } from "./answer.ts";
import { hintOf } from "./hint.ts";
import { streamWindow, streamsOf } from "./stream-token.ts";

// Every flag for one context.
//   E1. The ETag is of the unit and every answer, so it follows the context as well as the plan.
//   E2. It is also of the time window of the stream's token. A 304 has no body and brings no `eventStreams`; so it is
//       given to those only who got them, still good, with the answer that they hold. Whoever comes back with an older
//       tag, from a cache on disk, gets the whole answer.

/** `POST /ofrep/v1/evaluate/flags`. */
export const postOfrepFlags = (room: Room, call: Call, body: string): Promise<Answer> =>
  guarded(room, call, undefined, () => evaluateEvery(room, call, body));

async function evaluateEvery(room: Room, call: Call, body: string): Promise<Answer> {
  const environment = namedEnvironment(call.head);
  const found = planFor(room, call, environment);
  if (!found.ok) return generalFailure(call, found.failure);
  const read = readContext(body);
  if (!read.ok) return jsonAnswer(400, read.refusal);
  const hint = hintOf(call.head.query);
  if (!hint.ok) return jsonAnswer(400, refuse("GENERAL", hint.message));
  const plan = hint.hint === undefined ? found.value : await room.hints.follow(found.value, hint.hint);
  const asked = contextOf(read.context, plan, room.clock.now());
  if (asked === undefined) return jsonAnswer(400, noTargetingKey);
  const consentDenied = call.noteConsent(plan.environment, asked.unitId);
  const { evaluations, stickyUnavailable } = await decideAll(room, plan, asked);
  room.counts.evaluations += evaluations.length;

  const texts = evaluations.map((evaluation) => textOf(plan, evaluation));
  const etag = tagOf(plan, asked, texts, `${stickyUnavailable} ${consentDenied}`);
  if (isSameTag(call.head.header("if-none-match"), etag)) return emptyAnswer(304, [["etag", etag]]);
  const id = call.decisionId();
  const complete = await log(room, plan, { asked, evaluations, texts, id });
  const metadata = JSON.stringify({
    version: plan.version,
    ...(stickyUnavailable ? { stickyUnavailable } : {}),
    ...(consentDenied ? { consentDenied } : {}),
  });
  const eventStreams = JSON.stringify(streamsOf(room, call.principal, plan.environment));
  const headers: Answer["headers"] = [
    jsonType,
    ["cache-control", "no-cache"],
    ["x-weir-decision-id", id],
    // An answer with gaps is not to be kept.
    ...(complete ? [["etag", etag] as const] : []),
  ];
  const answer = `{"flags":[${texts.join(",")}],"metadata":${metadata},"eventStreams":${eventStreams}}`;
  return { status: 200, headers, body: answer };
}

async function decideAll(
  room: Room,
  plan: LivePlan,
  asked: EvaluationContext,
): Promise<{ readonly evaluations: readonly Evaluation[]; readonly stickyUnavailable: boolean }> {
  const make = (context: EvaluationContext): readonly Evaluation[] => evaluateAll(plan.program, context);
  if (plan.sticky === undefined) return { evaluations: make(asked), stickyUnavailable: false };
  return room.assignments.decide(plan, plan.sticky, asked, make);
}

/** Made once for each answer of a plan. */
function textOf(plan: LivePlan, evaluation: Evaluation): string {
  const known = plan.ofrep.get(evaluation);
  if (known !== undefined) return known;
  const text = JSON.stringify(successOf(plan, evaluation));
  plan.ofrep.set(evaluation, text);
  return text;
}

function tagOf(
  plan: LivePlan,
  { unitId, now }: EvaluationContext,
  texts: readonly string[],
  circumstances: string,
): string {
  const of = [plan.environment, unitId, streamWindow(now), circumstances, ...texts].join("\n");
  return `"${hash("sha256", of, "hex").slice(0, 32)}"`;
}

/** Writes what chance decided. An assignment that the log does not take is not given: its place says why. */
async function log(
  room: Room,
  plan: LivePlan,
  {
    asked,
    evaluations,
    texts,
    id,
  }: {
    readonly asked: EvaluationContext;
    readonly evaluations: readonly Evaluation[];
    readonly texts: string[];
    readonly id: string;
  },
): Promise<boolean> {
  const waiting: { readonly place: number; readonly outcome: Promise<BatchOutcome> }[] = [];
  for (const [place, evaluation] of evaluations.entries()) {
    const said = saidOf(plan, evaluation);
    const outcome = room.decisions.note(plan.environment, said, asked, `${id}.${place}`);
    if (outcome !== undefined) waiting.push({ place, outcome });
  }
  let complete = true;
  for (const { place, outcome } of waiting) {
    if ((await outcome).ok) continue;
    complete = false;
    const key = evaluations[place]?.flagKey;
    texts[place] = JSON.stringify({ key, ...refuse("GENERAL", "the decision log does not answer just now") });
  }
  return complete;
}
