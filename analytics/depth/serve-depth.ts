import type { DepthAnswer, DepthReply, DepthRequest } from "../../protocols/depth.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer } from "../../protocols/failures.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { DeskWork, RowDesk } from "../rows/desk.ts";
import { deskKey } from "../rows/desk.ts";
import { holdoutEffectOf } from "./holdout-effect.ts";
import { interactionsOf } from "./interactions.ts";
import { misfitOf } from "./misfit.ts";
import { triggeredOf } from "./triggered.ts";

/** A request's question to the desk, or what is wrong with it. */
export async function answerDepth(desk: RowDesk, request: DepthRequest): Promise<Answer<DepthReply>> {
  const found = metricOf(request);
  if (!found.ok) return found;
  const metric = found.value;
  const unit = request.kind === "holdout" ? request.unit : request.definition.experiment.unit;
  const wrong = misfitOf(request.kind, metric, unit);
  if (wrong !== undefined)
    return fail({ code: "invalid_request", issues: [{ path: "metric", message: wrong }] });
  return desk.askFor(workOf(request, metric), request.waitMs, request.toEnd);
}

function metricOf(request: DepthRequest): Answer<Metric> {
  if (request.kind === "holdout") return succeed(request.metric);
  const metric = request.definition.metrics.find(({ key }) => key === request.metric);
  return metric === undefined ? fail({ code: "metric_not_found", metric: request.metric }) : succeed(metric);
}

function workOf(request: DepthRequest, metric: Metric): DeskWork<DepthAnswer> {
  const { waitMs: _waitMs, toEnd: _toEnd, ...question } = request;
  const key = deskKey({ depth: question });
  const { environment } = request;
  if (request.kind === "holdout")
    return {
      key,
      owner: `${environment}/${request.holdout}`,
      readsDecisions: true,
      compute: (surroundings, options) => holdoutEffectOf(surroundings, request, options),
    };
  const asked = { environment, definition: request.definition, metric };
  const answer = request.kind === "interactions" ? interactionsOf : triggeredOf;
  return {
    key,
    owner: `${environment}/${request.definition.experiment.key}`,
    readsDecisions: request.kind === "triggered",
    compute: (surroundings, options) => answer(surroundings, asked, options),
  };
}
