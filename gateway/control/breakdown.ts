import type { Breakdown, BreakdownRequest } from "../../protocols/breakdown.ts";
import { fail } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { answer, versionTag } from "./ask.ts";
import { experimentOf, invalid, resultOf, sourceOf } from "./experiment-result.ts";

/** Statistics over at most 50 values a partition; analytics answers within milliseconds once it is free. */
const breakdownMsMax = 10_000;

/** `GET /v1/experiments/{key}/breakdown?dimension=`: the effects within each value of a dimension. */
export async function getBreakdown(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const source = sourceOf(call);
  if (!source.ok) return call.problem(source.failure);
  const result = await resultOf(room, call, of.value, { source: source.value, detail: true });
  if (!result.ok) return call.problem(result.failure);
  const dimension = queryValue(call.head.query, "dimension") ?? "";
  const known = result.value.definition.experiment.dimensions ?? [];
  if (!known.includes(dimension)) {
    const choices = known.length === 0 ? "the experiment has none" : `must be one of ${known.join(", ")}`;
    const refused = invalid("dimension", choices);
    return refused.ok ? call.problem({ code: "internal" }) : call.problem(refused.failure);
  }
  const breakdown = await breakdownOf(room, result.value, dimension);
  const { revision } = result.value;
  return answer(call, breakdown, (value) =>
    jsonAnswer(200, { ...value, revision, source: source.value }, [
      versionTag(revision),
      ["cache-control", "no-cache"],
    ]),
  );
}

/** Of a result that was asked for with its detail. */
export async function breakdownOf(
  room: Room,
  { definition, summary }: ExperimentResult,
  dimension: string,
): Promise<Outcome<Breakdown>> {
  const link = room.link();
  if (link === undefined)
    return fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  const values = summary.dimensions?.[dimension] ?? [];
  const request: BreakdownRequest = { definition, dimension, values: [...values] };
  const options = { timeoutMs: breakdownMsMax };
  return link.connection.messaging.request<Breakdown>(subjects.breakdown, request, options) as Promise<
    Outcome<Breakdown>
  >;
}
