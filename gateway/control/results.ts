import type { ExperimentResult, ExperimentSummary } from "../../protocols/results.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { answer, versionTag } from "./ask.ts";
import { type Detail, detailOf, experimentOf, resultOf, sourceOf } from "./experiment-result.ts";
import { resultSummary } from "./result-summary.ts";

/** `GET /v1/experiments/{key}/results`. */
export async function getResults(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const source = sourceOf(call);
  if (!source.ok) return call.problem(source.failure);
  const detail = detailOf(call);
  if (!detail.ok) return call.problem(detail.failure);
  const options = { source: source.value, detail: detail.value.size > 0 };
  const result = await resultOf(room, call, of.value, options);
  return answer(call, result, (value) =>
    shown(value, { ...value, summary: only(value.summary, detail.value) }),
  );
}

/** `GET /v1/experiments/{key}/summary`: the decision and the numbers behind it, small enough for a chat. */
export async function getSummary(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const result = await resultOf(room, call, of.value, { source: "streaming", detail: false });
  return answer(call, result, (value) => shown(value, resultSummary(value)));
}

const shown = ({ revision }: ExperimentResult, value: unknown): Answer =>
  jsonAnswer(200, value, [versionTag(revision), ["cache-control", "no-cache"]]);

/** Actors answer with days and dimensions or with neither. */
function only(
  { days, dimensions, ...summary }: ExperimentSummary,
  wanted: ReadonlySet<Detail>,
): ExperimentSummary {
  return {
    ...summary,
    ...(wanted.has("days") && days !== undefined ? { days } : {}),
    ...(wanted.has("dimensions") && dimensions !== undefined ? { dimensions } : {}),
  };
}
