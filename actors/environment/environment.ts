import type { HandleContext } from "../../runtime/index.ts";
import { succeed } from "../../protocols/errors.ts";
import type { EnvironmentMessage } from "../../protocols/environment-messages.ts";
import type { Failure } from "../../protocols/failures.ts";
import { historyAnswer, planAnswer, versionAt } from "./audit.ts";
import { automaticPause } from "./automatic-pause.ts";
import { contentsAt } from "./contents.ts";
import { due } from "./due.ts";
import { moveExperiment } from "./experiments.ts";
import { draft } from "./history.ts";
import { lineageAnswer } from "./lineage.ts";
import { frozenEdit, frozenHoldout, frozenLayer } from "./live-edits.ts";
import { putMetric } from "./metrics.ts";
import { putOverrides, removeOverride } from "./overrides.ts";
import { hasItsLists, listsGone, planOf } from "./plans.ts";
import { publish } from "./publish.ts";
import { notFound } from "./not-found.ts";
import { put, remove } from "./put.ts";
import { restored } from "./restore.ts";
import { rolledBack } from "./rollback.ts";
import { appendUnits, putSegment, unitsOf } from "./segments.ts";
import { advancedContents, newestContents } from "./selection.ts";
import type { EnvironmentEvent, EnvironmentState } from "./state.ts";
import { announceTimer, answer, distribute, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";
import { entityAnswer, listAnswer, versionsAnswer, viewAnswer } from "./view.ts";

export type { DistributeEffect } from "./step.ts";

export function handleEnvironment(
  state: EnvironmentState,
  message: EnvironmentMessage,
  context: HandleContext,
): EnvironmentStep {
  if (message.type === "begin") return begin(state, message, context);
  if (state.identity === undefined)
    return refuse({ code: "environment_not_found", environment: context.key });
  const { at } = context;
  switch (message.type) {
    case "get":
      return viewAnswer(state);
    case "list":
      return listAnswer(state, message);
    case "get_entity":
      return entityAnswer(state, message);
    case "get_units":
      return unitsOf(state, message);
    case "get_history":
      return historyAnswer(state, message);
    case "list_versions":
      return versionsAnswer(state, message);
    case "version_at":
      return versionAt(state, message);
    case "get_plan":
      return planAnswer(state, message);
    case "get_lineage":
      return lineageAnswer(state, message);
    case "announce":
      return announce(state, context);
    case "due":
      return due(state, context);
    case "put_flag":
      return put(state, { collection: "flags", entity: message.flag }, message.expectedVersion, context);
    case "put_segment":
      return putSegment(state, message, context);
    case "append_units":
      return appendUnits(state, message, context);
    case "remove_segment":
      return remove(
        state,
        { collection: "segments", key: message.segment },
        message.expectedVersion,
        context,
      );
    case "put_metric":
      return putMetric(state, message, context);
    case "put_experiment": {
      const { experiment: entity, expectedVersion } = message;
      return unless(frozenEdit(state, entity, at), () =>
        put(state, { collection: "experiments", entity }, expectedVersion, context),
      );
    }
    case "put_layer":
      return unless(frozenLayer(state, message.layer), () =>
        put(state, { collection: "layers", entity: message.layer }, message.expectedVersion, context),
      );
    case "remove_layer":
      return remove(state, { collection: "layers", key: message.layer }, message.expectedVersion, context);
    case "put_holdout":
      return unless(frozenHoldout(state, message.holdout), () =>
        put(state, { collection: "holdouts", entity: message.holdout }, message.expectedVersion, context),
      );
    case "remove_holdout":
      return remove(
        state,
        { collection: "holdouts", key: message.holdout },
        message.expectedVersion,
        context,
      );
    case "put_override":
      return putOverrides(state, [message.override], message.expectedVersion, context);
    case "put_overrides":
      return putOverrides(state, message.overrides, undefined, context);
    case "remove_override":
      return removeOverride(state, message.override, message.expectedVersion, context);
    case "publish":
      return publishDraft(state, message, context);
    case "rollback":
      return rollback(state, message, context);
    case "restore":
      return restored(state, message, context, (edit) => handleEnvironment(state, edit, context));
    case "lifecycle":
      return moveExperiment(state, message, context);
    case "automatic_pause":
      return automaticPause(state, message, context);
    case "archive_experiment":
      return moveExperiment(state, { experiment: message.experiment, action: "archive" }, context);
    case "new_phase":
      return moveExperiment(state, { experiment: message.experiment, action: "new_phase" }, context);
  }
}

const unless = (failure: Failure | undefined, act: () => EnvironmentStep): EnvironmentStep =>
  failure === undefined ? act() : refuse(failure);

function begin(
  state: EnvironmentState,
  message: MessageOf<"begin">,
  { entropy }: HandleContext,
): EnvironmentStep {
  if (state.identity !== undefined) return answer({ environment: state.identity.key });
  const identity = {
    key: message.environment,
    partitions: message.partitions,
    salt: entropy.slice(0, 16),
    unitSalt: entropy.slice(16, 32),
  };
  const event: EnvironmentEvent = { kind: "begun", identity };
  return { events: [event], reply: succeed({ environment: identity.key }) };
}

function announce(state: EnvironmentState, context: HandleContext): EnvironmentStep {
  const version = state.publications.length;
  if (version === 0) return answer(0);
  const plan = planOf(state, version);
  if (!plan.ok) return { ...refuse(plan.failure), timers: [announceTimer(context.at)] }; // somebody may mend it
  return { ...answer(version), ...distribute({ version, all: true }, context) };
}

function publishDraft(
  state: EnvironmentState,
  message: MessageOf<"publish">,
  context: HandleContext,
): EnvironmentStep {
  const { flag, experiment, note, dryRun, expectedVersion } = message;
  const failure = versionSeen(state, expectedVersion);
  if (failure !== undefined) return refuse(failure);
  if (flag !== undefined && draft(state.histories, "flags", flag) === undefined)
    return refuse(notFound("flags", flag));
  if (experiment !== undefined && draft(state.histories, "experiments", experiment) === undefined)
    return refuse(notFound("experiments", experiment));
  const part = flag !== undefined || experiment !== undefined;
  const contents = part ? advancedContents(state, { flag, experiment }) : newestContents(state);
  return publish(state, { contents, note, dryRun, sampled: true }, context);
}

function rollback(
  state: EnvironmentState,
  message: MessageOf<"rollback">,
  context: HandleContext,
): EnvironmentStep {
  const { version, dryRun, expectedVersion } = message;
  const failure = versionSeen(state, expectedVersion);
  if (failure !== undefined) return refuse(failure);
  if (version > state.publications.length) return refuse({ code: "version_not_found", version });
  const target = contentsAt(state, version);
  if (!hasItsLists(state, target)) return refuse({ code: "version_not_found", version, reason: listsGone });
  const earlier = rolledBack(state, target, context.at);
  return publish(state, { ...earlier, rollbackOf: version, dryRun, sampled: true }, context);
}

/** Of the environment: somebody else may have published since. */
function versionSeen(state: EnvironmentState, expected: number | undefined): Failure | undefined {
  const actual = state.publications.length;
  return expected === undefined || expected === actual
    ? undefined
    : { code: "version_conflict", expected, actual };
}
