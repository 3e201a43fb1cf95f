import type { Answer, Failure } from "../../protocols/failures.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { ExperimentStatus } from "../../protocols/experiment.ts";
import type { LifecycleAction } from "../../protocols/environment-messages.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { draftLifecycle, type Lifecycle } from "./contents.ts";

export type Action = LifecycleAction | "archive" | "new_phase";

/** Which action leads where; what is not listed is refused. */
const transitions: Record<Action, Partial<Record<ExperimentStatus, ExperimentStatus>>> = {
  start: { draft: "running" },
  pause: { running: "paused" },
  resume: { paused: "running" },
  stop: { running: "completed", paused: "completed" },
  archive: { draft: "archived", completed: "archived" },
  new_phase: { running: "running", paused: "paused" },
};

export function nextLifecycle(
  present: Lifecycle | undefined,
  action: Action,
  at: EpochMs,
): Answer<Lifecycle> & { readonly ok: boolean } {
  const lifecycle = present ?? draftLifecycle;
  const { phase, startedAt, plans, automaticPauses } = lifecycle;
  const status = transitions[action][lifecycle.status];
  if (status === undefined)
    return fail<Failure>({ code: "illegal_transition", from: lifecycle.status, action });
  if (action === "new_phase")
    return succeed({
      status,
      phase: phase + 1,
      startedAt: at,
      ...(plans === undefined ? {} : { plans }),
      ...(automaticPauses === undefined ? {} : { automaticPauses }),
    });
  if (action === "archive") return succeed({ ...lifecycle, status });
  return succeed({ ...lifecycle, status, startedAt: startedAt ?? at });
}
