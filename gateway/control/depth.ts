import type { DepthRequest } from "../../protocols/depth.ts";
import { MetricKey } from "../../protocols/ids.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { queryValue, type Answer } from "../http.ts";
import { experimentOf, invalid, resultOf } from "./experiment-result.ts";
import { polled, pollMs } from "./polled.ts";

/** `GET /v1/experiments/{key}/interactions` and `…/triggered`: of the primary metric unless `?metric=` names another. */
export const getOfExperiment =
  (kind: "interactions" | "triggered") =>
  async (room: Room, call: Call): Promise<Answer> => {
    const of = experimentOf(room, call);
    if (!of.ok) return call.problem(of.failure);
    const metric = MetricKey.optional().safeParse(queryValue(call.head.query, "metric"));
    if (!metric.success) {
      const refused = invalid("metric", "must name one of the experiment's metrics");
      return call.problem(refused.ok ? { code: "internal" } : refused.failure);
    }
    const result = await resultOf(room, call, of.value, { source: "streaming", detail: false });
    if (!result.ok) return call.problem(result.failure);
    const { definition } = result.value;
    const request: DepthRequest = {
      kind,
      environment: of.value.environment,
      definition,
      metric: metric.data ?? definition.experiment.metrics.primary,
      waitMs: pollMs,
    };
    return polled(room, call, subjects.depth, request);
  };
