import { holdoutsFor } from "../../evaluation/holdouts.ts";
import type { DepthRequest } from "../../protocols/depth.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import { bucketCount } from "../../protocols/flag.ts";
import type { Holdout } from "../../protocols/layer.ts";
import type { FlagKey } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { queryValue, type Answer } from "../http.ts";
import { scopeOf } from "./ask.ts";
import { invalid } from "./experiment-result.ts";
import { polled, pollMs } from "./polled.ts";

/** `GET /v1/holdouts/{key}/effect?metric=`: of the published plan, by which units are held out. */
export async function getHoldoutEffect(room: Room, call: Call): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const live = room.plans.get(environment.value);
  if (live === undefined) return call.problem(unpublished(environment.value));
  const { query } = call.head;
  const request = requestOf(
    live.plan,
    call.params[0] ?? "",
    queryValue(query, "metric"),
    queryValue(query, "unit"),
  );
  if (!request.ok) return call.problem(request.failure);
  return polled(room, call, subjects.depth, request.value);
}

const unpublished = (environment: string): Failure => ({ code: "nothing_published", environment });

function requestOf(
  plan: Plan,
  key: string,
  metricKey: string | undefined,
  unit: string | undefined,
): Outcome<DepthRequest> {
  const holdout = Object.values(plan.holdouts ?? {}).find((each) => each.key === key);
  if (holdout === undefined) return fail({ code: "holdout_not_found", holdout: key.slice(0, 100) });
  if (holdout.share === 0 || holdout.share >= bucketCount)
    return invalid("key", "this holdout has all units or none: there is nobody to compare with");
  const metric = Object.values(plan.metrics).find((each) => each.key === metricKey);
  if (metric === undefined) return invalid("metric", "must name one of the environment's published metrics");
  const guarded = guardedBy(holdout, plan);
  if (guarded.length === 0)
    return invalid(
      "key",
      "no flag has experiments that this holdout alone keeps units from: of a unit held out, the log does not say by which holdout",
    );
  const units = [...new Set(guarded.map((experiment) => experiment.unit))].sort();
  const chosen = units.find((each) => each === (unit ?? units[0]));
  if (chosen === undefined || (unit === undefined && units.length > 1))
    return invalid("unit", `must be one of ${units.join(", ")}`);
  const flags = guarded.filter((experiment) => experiment.unit === chosen).map(({ flag }) => flag);
  const { share, endsAt } = holdout;
  return succeed({
    kind: "holdout",
    environment: plan.environment,
    holdout: holdout.key,
    share,
    ...(endsAt === undefined ? {} : { endsAt }),
    flags: [...new Set<FlagKey>(flags)].sort(),
    unit: chosen,
    metric,
    waitMs: pollMs,
  });
}

/** Experiments on flags all of whose experiments have this holdout and no other. */
function guardedBy({ key }: Holdout, plan: Plan): readonly PublishedExperiment[] {
  const experiments = Object.values(plan.experiments);
  const isOnly = (experiment: PublishedExperiment): boolean =>
    holdoutsFor(experiment, plan).every((each) => each.key === key) &&
    holdoutsFor(experiment, plan).length > 0;
  const others = new Set(experiments.filter((each) => !isOnly(each)).map(({ flag }) => flag));
  return experiments.filter((each) => isOnly(each) && !others.has(each.flag));
}
