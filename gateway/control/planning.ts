import { CalibrationRequest, calibratedMetricsMax } from "../../protocols/calibration.ts";
import type { Page, Versioned } from "../../protocols/environment-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { JobId, type JobProgress } from "../../protocols/job.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { CalibrationMessage, PowerMessage } from "../../protocols/planning-messages.ts";
import { PowerRequest } from "../../protocols/power.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer, ask, environmentActor, scopeOf } from "./ask.ts";

// The planner and the calibration: analytics answers, with the environment's metrics as they are now, published or not.

/** As long as a job may take, and its answer's way. */
const workMsMax = 5 * 60_000 + 10_000;
const jobMsMax = 2_000;
const pageSize = 100;

/** `POST /v1/power`. */
export async function postPower(room: Room, call: Call, body: string): Promise<Answer> {
  const request = parseBody(PowerRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const context = contextOf(room, call);
  if (!context.ok) return call.problem(context.failure);
  const { environment, job } = context.value;
  const isNeeded = request.value.history !== undefined;
  const metrics = isNeeded ? await metricsOf(room, call, environment) : succeed([]);
  if (!metrics.ok) return call.problem(metrics.failure);
  const named = new Set<string>(request.value.metrics.map(({ metric }) => metric));
  const message: PowerMessage = {
    environment,
    metrics: metrics.value.filter(({ key }) => named.has(key)),
    request: request.value,
    ...job,
  };
  return answer(call, await asked(room, subjects.power, message, workMsMax), shownFresh);
}

/** `POST /v1/calibrations`. */
export async function postCalibration(room: Room, call: Call, body: string): Promise<Answer> {
  const request = parseBody(CalibrationRequest, body);
  if (!request.ok) return call.problem(request.failure);
  const context = contextOf(room, call);
  if (!context.ok) return call.problem(context.failure);
  const { environment, job } = context.value;
  const metrics = await metricsOf(room, call, environment);
  if (!metrics.ok) return call.problem(metrics.failure);
  const wanted: readonly string[] | undefined = request.value.metrics;
  const chosen = metrics.value.filter(({ key }) => wanted?.includes(key) ?? true);
  if (chosen.length > calibratedMetricsMax)
    return call.problem({ code: "too_many", what: "metrics in one calibration", max: calibratedMetricsMax });
  const missing = (wanted ?? []).filter((key) => chosen.every((metric) => metric.key !== key));
  const message: CalibrationMessage = {
    environment,
    metrics: chosen,
    missing,
    request: request.value,
    ...job,
  };
  return answer(call, await asked(room, subjects.calibrate, message, workMsMax), shownFresh);
}

/** `GET /v1/jobs/{id}`. */
export const getJob = (room: Room, call: Call): Promise<Answer> => toJob(room, call, "progress");
/** `DELETE /v1/jobs/{id}`. */
export const cancelJob = (room: Room, call: Call): Promise<Answer> => toJob(room, call, "cancel");

async function toJob(room: Room, call: Call, type: "progress" | "cancel"): Promise<Answer> {
  const id = JobId.safeParse(call.params[0]);
  const missing = { code: "job_not_found", job: (call.params[0] ?? "").slice(0, 64) } as const;
  if (!id.success) return call.problem(missing);
  const found = await asked<JobProgress>(room, subjects.job(id.data), { type }, jobMsMax);
  // Whoever does a job answers for it; where nobody does, nobody does it.
  if (!found.ok && room.link() === undefined) return call.problem(found.failure);
  return found.ok ? shownFresh(found.value) : call.problem(missing);
}

interface Context {
  readonly environment: EnvironmentKey;
  readonly job: { readonly job?: JobId };
}

function contextOf(room: Room, call: Call): Outcome<Context> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return environment;
  const given = queryValue(call.head.query, "job");
  const job = JobId.optional().safeParse(given);
  if (!job.success)
    return fail({
      code: "invalid_request",
      issues: [{ path: "job", message: job.error.issues[0]?.message ?? "is malformed" }],
    });
  return succeed({ environment: environment.value, job: job.data === undefined ? {} : { job: job.data } });
}

async function metricsOf(room: Room, call: Call, environment: EnvironmentKey): Promise<Outcome<Metric[]>> {
  const metrics: Metric[] = [];
  for (let after: string | undefined; ;) {
    const message = {
      type: "list",
      collection: "metrics",
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    };
    const part = `metrics-${after ?? ""}`;
    const page = await ask<Page<Versioned<Metric>>>(room, call, environmentActor(environment), message, part);
    if (!page.ok) return page;
    metrics.push(...page.value.items.map(({ entity }) => entity));
    if (page.value.next === undefined) return succeed(metrics);
    after = String(page.value.next);
  }
}

async function asked<Value>(
  room: Room,
  subject: string,
  message: unknown,
  timeoutMs: number,
): Promise<Outcome<Value>> {
  const link = room.link();
  if (link === undefined)
    return fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  return link.connection.messaging.request<Value>(subject, message, { timeoutMs }) as Promise<Outcome<Value>>;
}

const shownFresh = (value: unknown): Answer => jsonAnswer(200, value, [["cache-control", "no-store"]]);
