import type { Answer, Failure } from "../../protocols/failures.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Experiment, ExperimentStatus } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { LifecycleAction } from "../../protocols/environment-messages.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { draftLifecycle, type EnvironmentState, type Lifecycle } from "./state.ts";

/** Which action leads where; what is not listed is refused. */
const transitions: Record<LifecycleAction, Partial<Record<ExperimentStatus, ExperimentStatus>>> = {
  start: { draft: "running" },
  pause: { running: "paused" },
  resume: { paused: "running" },
  stop: { running: "completed", paused: "completed" },
};

export function nextLifecycle(
  present: Lifecycle | undefined,
  action: LifecycleAction,
  at: EpochMs,
): Answer<Lifecycle> & { readonly ok: boolean } {
  const { status, phase, startedAt } = present ?? draftLifecycle;
  const next = transitions[action][status];
  if (next === undefined) return fail<Failure>({ code: "illegal_transition", from: status, action });
  return succeed({ status: next, phase, startedAt: startedAt ?? at });
}

/** Members an author may still change once units are being dealt: they move no unit and redefine no number. */
const openWhileLive = new Set(["name", "hypothesis"]);

/** Why this edit must wait, if it must: a live experiment's meaning is fixed. */
export function frozenChange(state: EnvironmentState, edited: Experiment): Failure | undefined {
  const { status } = state.lifecycles[edited.key] ?? draftLifecycle;
  const present = state.histories.experiments[edited.key]?.revisions.at(-1);
  if (status === "draft" || present === undefined) return undefined;
  const members = new Set([...Object.keys(present), ...Object.keys(edited)]) as Set<keyof Experiment>;
  for (const member of members) {
    if (openWhileLive.has(member) || canonicalJson(present[member]) === canonicalJson(edited[member]))
      continue;
    return {
      code: "frozen",
      what: member,
      reason: `the experiment is ${status}; stop it and start a new one`,
    };
  }
  return undefined;
}
