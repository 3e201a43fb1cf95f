import { fail } from "../../protocols/errors.ts";
import type { Answer } from "../../protocols/failures.ts";
import type { RowReply, RowRequest } from "../../protocols/row-answers.ts";
import type { RowDesk } from "./desk.ts";
import { misfit, ownMethod } from "./method.ts";

/** A request's question to the desk, or what is wrong with it. */
export async function answerRows(desk: RowDesk, request: RowRequest): Promise<Answer<RowReply>> {
  const { environment, definition, waitMs, toEnd, cap } = request;
  const metric = definition.metrics.find(({ key }) => key === request.metric);
  if (metric === undefined) return fail({ code: "metric_not_found", metric: request.metric });
  const method = request.method ?? ownMethod(metric);
  const refuse = (path: string, message: string): Answer<RowReply> =>
    fail({ code: "invalid_request", issues: [{ path, message }] });
  if (method === undefined)
    return refuse("method", "sums tell all of this metric: name a method to have it computed from rows");
  const wrong = misfit(method, metric, definition);
  if (wrong !== undefined) return refuse("method", wrong);
  if (cap !== undefined && method !== "capped_welch") return refuse("cap", "only of method capped_welch");
  const question = { environment, definition, metric, method, ...(cap === undefined ? {} : { cap }) };
  return desk.ask(question, waitMs, toEnd);
}
