import { MetricKey } from "../../protocols/ids.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { RowMethod, rowMethods } from "../../protocols/row-answers.ts";
import type { RowRequest } from "../../protocols/row-answers.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { queryValue, type Answer } from "../http.ts";
import { experimentOf, invalid, resultOf } from "./experiment-result.ts";
import { polled, pollMs } from "./polled.ts";

/** `GET /v1/experiments/{key}/rows`: what only single values tell. 202 with progress while it takes longer than a poll may. */
export async function getRows(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const wanted = queryValue(call.head.query, "method");
  const method = RowMethod.optional().safeParse(wanted);
  if (!method.success) return refuse(call, invalid("method", `must be one of ${rowMethods.join(", ")}`));
  const metric = MetricKey.safeParse(queryValue(call.head.query, "metric"));
  if (!metric.success) return refuse(call, invalid("metric", "must name one of the experiment's metrics"));
  const capText = queryValue(call.head.query, "cap");
  const cap = capText === undefined ? undefined : Number(capText);
  if (cap !== undefined && (capText === "" || !Number.isFinite(cap)))
    return refuse(call, invalid("cap", "must be a number"));
  const result = await resultOf(room, call, of.value, { source: "streaming", detail: false });
  if (!result.ok) return call.problem(result.failure);
  const request: RowRequest = {
    environment: of.value.environment,
    definition: result.value.definition,
    metric: metric.data,
    method: method.data,
    cap,
    waitMs: pollMs,
  };
  return polled(room, call, subjects.rowAnswer, request);
}

const refuse = (call: Call, outcome: Outcome<never>): Answer =>
  call.problem(outcome.ok ? { code: "internal" } : outcome.failure);
