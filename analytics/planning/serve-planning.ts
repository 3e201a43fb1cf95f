import type { z } from "zod";
import { fail, issuesOf } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Answer } from "../../protocols/failures.ts";
import { CalibrationMessage, PowerMessage } from "../../protocols/planning-messages.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Clock, Messaging } from "../../runtime/index.ts";
import { calibrate } from "../calibration/calibrate.ts";
import type { Warehouse } from "../clickhouse.ts";
import { type Job, runJob } from "../jobs.ts";
import type { Pool } from "../pool.ts";
import { failureText, type WarehouseFailure } from "../warehouse-failure.ts";
import { planningAnswer } from "./answer.ts";

/** A calibration holds a metric's units in memory: half a gigabyte at the most. */
const calibrationsMax = 1;
/** Plans of a few milliseconds, and simulations, which share the pool. */
const plansMax = 16;
const retryAfterMs = 1_000;
const queue = "analytics";

interface Tools {
  readonly messaging: Messaging;
  readonly pool: Pool;
  readonly clock: Clock;
  /** Undefined until it has come up. */
  readonly warehouse: () => Warehouse | undefined;
}

/** `POST /v1/power` and `POST /v1/calibrations`, from the gateway. The stop functions of what is served. */
export async function servePlanning(tools: Tools): Promise<(() => Promise<void>)[]> {
  const { messaging } = tools;
  const power = bounded(plansMax, "planning", (payload) =>
    parsed(PowerMessage, payload, (message) => planned(message, tools)),
  );
  const calibration = bounded(calibrationsMax, "calibrating", (payload) =>
    parsed(CalibrationMessage, payload, (message) => calibrated(message, tools)),
  );
  return [
    await messaging.serve(subjects.power, power, { queue }),
    await messaging.serve(subjects.calibrate, calibration, { queue }),
  ];
}

function planned(
  { environment, metrics, request, job }: z.output<typeof PowerMessage>,
  { messaging, pool, clock, warehouse }: Tools,
): Promise<Answer> {
  return runJob({ messaging, clock }, job, async (running) =>
    shown(
      await planningAnswer(environment, metrics, request, {
        warehouse: warehouse(),
        now: clock.now(),
        lanes: pool.threads,
        plan: ({ request: asked, known }) =>
          pool.work({ name: "plan", arguments: [asked, known] }, turn(environment, running)),
        simulate: (task) => pool.work({ name: "simulate", arguments: [task] }, turn(environment, running)),
        signal: running.signal,
        progress: (share, what) => running.progress(share, what),
      }),
    ),
  );
}

function calibrated(
  { environment, metrics, missing, request, job }: z.output<typeof CalibrationMessage>,
  { messaging, pool, clock, warehouse }: Tools,
): Promise<Answer> {
  const present = warehouse();
  if (present === undefined)
    return Promise.resolve(
      fail({ code: "warehouse_unavailable", reason: "the warehouse is starting", retryAfterMs }),
    );
  return runJob({ messaging, clock }, job, async (running) =>
    shown(
      await calibrate(environment, metrics, missing, request, {
        warehouse: present,
        clock,
        lanes: pool.threads,
        judge: (task) => pool.work({ name: "judgeSplits", arguments: [task] }, turn(environment, running)),
        signal: running.signal,
        progress: (share, what) => running.progress(share, what),
      }),
    ),
  );
}

/** Behind everything that a running experiment waits for. */
const turn = (environment: string, { signal }: Job) =>
  ({ urgency: "request", owner: `${environment}/planning`, signal }) as const;

/** As the failures that a person may see. */
function shown(reply: Reply<unknown, { readonly code: string }>): Answer {
  if (reply.ok) return reply;
  const { failure } = reply;
  if (failure.code === "cancelled") return fail({ code: "cancelled" });
  if (failure.code === "too_many_rows" && "rowsMax" in failure)
    return fail({ code: "too_many", what: "units of the history", max: Number(failure.rowsMax) });
  if (failure.code === "overloaded") return fail({ code: "overloaded", retryAfterMs });
  if (failure.code === "closing")
    return fail({ code: "unavailable", reason: "analytics is closing", retryAfterMs });
  if (failure.code === "failed") return fail({ code: "internal", reference: "analytics" });
  return fail({
    code: "warehouse_unavailable",
    reason: failureText(failure as WarehouseFailure),
    retryAfterMs,
  });
}

/** No more than so many at once in this process. */
function bounded(most: number, what: string, handle: (payload: unknown) => Promise<Answer>) {
  let running = 0;
  return async (payload: unknown): Promise<Answer> => {
    if (running >= most) return fail({ code: "busy", what, retryAfterMs });
    running++;
    try {
      return await handle(payload);
    } finally {
      running--;
    }
  };
}

async function parsed<Schema extends z.ZodType>(
  schema: Schema,
  payload: unknown,
  handle: (message: z.output<Schema>) => Promise<Answer>,
): Promise<Answer> {
  const message = schema.safeParse(payload);
  return message.success
    ? handle(message.data)
    : fail({ code: "invalid_message", issues: issuesOf(message.error) });
}
