import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { type EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { experimentAddressKey, kinds } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { queryValue } from "../http.ts";
import { ask, scopeOf } from "./ask.ts";
import { auditRecord } from "./audit-record.ts";
import { eventFreshness } from "./event-freshness.ts";

// What every reader of results asks first: which experiment, by which path, and what it says.

export interface Experiment {
  readonly environment: EnvironmentKey;
  readonly experiment: ExperimentKey;
}

export function experimentOf(room: Room, call: Call): Outcome<Experiment> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return environment;
  const experiment = ExperimentKey.safeParse(call.params[0]);
  if (!experiment.success)
    return fail({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
  return succeed({ environment: environment.value, experiment: experiment.data });
}

const sources = ["streaming", "warehouse"] as const;
export type Source = (typeof sources)[number];

/** `?source=`; rolling sums unless said. */
export function sourceOf(call: Call): Outcome<Source> {
  const wanted = queryValue(call.head.query, "source") ?? "streaming";
  const source = sources.find((each) => each === wanted);
  return source === undefined ? invalid("source", `must be ${sources.join(" or ")}`) : succeed(source);
}

const details = ["days", "dimensions"] as const;
export type Detail = (typeof details)[number];

/** `?detail=days,dimensions`. */
export function detailOf(call: Call): Outcome<ReadonlySet<Detail>> {
  const text = queryValue(call.head.query, "detail") ?? "";
  const wanted = new Set<Detail>();
  for (const name of text.split(",").filter((each) => each !== "")) {
    const detail = details.find((each) => each === name);
    if (detail === undefined)
      return invalid("detail", `must be ${details.join(" or ")}, with commas between`);
    wanted.add(detail);
  }
  return succeed(wanted);
}

export const invalid = (path: string, message: string): Outcome<never> =>
  fail({ code: "invalid_request", issues: [{ path, message }] });

export const addressOf = (kind: "experiment" | "monitor", { environment, experiment }: Experiment) => ({
  kind: kinds[kind],
  key: experimentAddressKey(environment, experiment),
});

/** The result with what the self-audit found last, and whether its events still come. */
export async function resultOf(
  room: Room,
  call: Call,
  of: Experiment,
  options: { readonly source: Source; readonly detail: boolean },
): Promise<Outcome<ExperimentResult>> {
  const message = { type: "result", source: options.source, ...(options.detail ? { detail: true } : {}) };
  const [result, audit, events] = await Promise.all([
    ask<ExperimentResult>(room, call, addressOf("experiment", of), message),
    auditRecord(room, of.environment, of.experiment),
    eventFreshness(room, of.environment, of.experiment),
  ]);
  if (!result.ok) return result;
  const beside = { ...(audit === undefined ? {} : { audit }), ...(events === undefined ? {} : { events }) };
  return succeed({ ...result.value, ...beside });
}
