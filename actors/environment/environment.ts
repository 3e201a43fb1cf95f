import type { HandleContext, Step } from "../../runtime/index.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { EnvironmentMessage, PublishReceipt } from "../../protocols/environment-messages.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { frozenChange, nextLifecycle } from "./lifecycle.ts";
import {
  advancedSelection,
  compilePublication,
  newestSelection,
  type PublicationRequest,
} from "./publish.ts";
import {
  applyEnvironment,
  newestRevision,
  type Collection,
  type Entity,
  type EnvironmentEvent,
  type EnvironmentState,
} from "./state.ts";
import { environmentView, versionedOf } from "./view.ts";

/** Tell the folds what a version changed, or all of it, then show gateways its plan: in this order (see DefinitionRecord). */
export interface DistributeEffect {
  readonly kind: "distribute";
  readonly version: number;
  readonly all?: true;
}

/** What was told is told again long before the events stream forgets it, for folds that begin anew. */
const announceEveryMs = 86_400_000;

type EnvironmentStep = Step<EnvironmentEvent, DistributeEffect, Failure>;
type Of<Type extends EnvironmentMessage["type"]> = Extract<EnvironmentMessage, { type: Type }>;

export function handleEnvironment(
  state: EnvironmentState,
  message: EnvironmentMessage,
  context: HandleContext,
): EnvironmentStep {
  if (message.type === "begin") return begin(state, message, context);
  if (state.identity === undefined)
    return refuse({ code: "environment_not_found", environment: context.key });
  switch (message.type) {
    case "get":
      return { events: [], reply: succeed(environmentView(state)) };
    case "announce": {
      const version = state.publications.length;
      return { events: [], reply: succeed(version), ...distribute({ version, all: true }, context) };
    }
    case "put_flag":
      return put(state, "flags", message.flag, message.expectedVersion, context);
    case "put_segment":
      return put(state, "segments", message.segment, message.expectedVersion, context);
    case "put_metric":
      return put(state, "metrics", message.metric, message.expectedVersion, context);
    case "put_experiment": {
      const frozen = frozenChange(state, message.experiment);
      if (frozen !== undefined) return refuse(frozen);
      return put(state, "experiments", message.experiment, message.expectedVersion, context);
    }
    case "publish":
      return publishDraft(state, message, context);
    case "rollback":
      return rollback(state, message, context);
    case "lifecycle":
      return lifecycle(state, message, context);
  }
}

function begin(state: EnvironmentState, message: Of<"begin">, { entropy }: HandleContext): EnvironmentStep {
  if (state.identity !== undefined) return { events: [], reply: succeed(environmentView(state)) };
  const identity = {
    key: message.environment,
    partitions: message.partitions,
    salt: entropy.slice(0, 16),
    unitSalt: entropy.slice(16, 32),
  };
  const event: EnvironmentEvent = { kind: "begun", identity };
  return { events: [event], reply: succeed(environmentView({ ...state, identity })) };
}

function put<C extends Collection>(
  state: EnvironmentState,
  collection: C,
  entity: Entity<C>,
  expectedVersion: number | undefined,
  { at, by }: HandleContext,
): EnvironmentStep {
  const history = state.histories[collection][entity.key];
  const actual = history === undefined ? 0 : newestRevision(history);
  if (expectedVersion === 0 && actual > 0) {
    return refuse({ code: "already_exists", what: collection.slice(0, -1), key: entity.key });
  }
  if (expectedVersion !== undefined && expectedVersion !== actual) {
    return refuse({ code: "version_conflict", expected: expectedVersion, actual });
  }
  // A collection and its own kind of entity, which TypeScript cannot see through the type parameter.
  const event = { kind: "put", collection, entity, by } as EnvironmentEvent;
  const after = applyEnvironment(state, event, { time: at });
  return { events: [event], reply: succeed(versionedOf(after, collection, entity.key)) };
}

function publishDraft(
  state: EnvironmentState,
  message: Of<"publish">,
  context: HandleContext,
): EnvironmentStep {
  const { flag, note } = message;
  if (flag !== undefined && state.histories.flags[flag] === undefined) {
    return refuse({ code: "flag_not_found", flag });
  }
  const selection = flag === undefined ? newestSelection(state) : advancedSelection(state, { flag });
  return publish(state, { selection, lifecycles: state.lifecycles, at: context.at, by: context.by, note });
}

function rollback(state: EnvironmentState, message: Of<"rollback">, context: HandleContext): EnvironmentStep {
  const target = state.publications[message.version - 1];
  if (target === undefined) return refuse({ code: "version_not_found", version: message.version });
  // Content goes back, lifecycles do not: rolling a flag back must not start an experiment that was stopped since.
  return publish(state, {
    selection: target.selection,
    lifecycles: state.lifecycles,
    at: context.at,
    by: context.by,
    rollbackOf: message.version,
  });
}

function lifecycle(
  state: EnvironmentState,
  message: Of<"lifecycle">,
  context: HandleContext,
): EnvironmentStep {
  const { experiment: key, action } = message;
  const experiment = state.histories.experiments[key]?.revisions.at(-1);
  if (experiment === undefined) return refuse({ code: "experiment_not_found", experiment: key });
  const next = nextLifecycle(state.lifecycles[key], action, context.at);
  if (!next.ok)
    return next.failure === undefined ? refuse({ code: "internal", reference: key }) : refuse(next.failure);
  const event: EnvironmentEvent = { kind: "lifecycle_changed", experiment: key, lifecycle: next.value };
  const advance = action === "start" ? { flag: experiment.flag, experiment: key } : {};
  const after = applyEnvironment(state, event, { time: context.at });
  const request = {
    selection: advancedSelection(state, advance),
    lifecycles: after.lifecycles,
    at: context.at,
    by: context.by,
    note: `${action} ${key}`,
  };
  return publish(after, request, [event]);
}

/** The one way to a new version: compile, or list every problem and change nothing. */
function publish(
  state: EnvironmentState,
  request: PublicationRequest,
  before: readonly EnvironmentEvent[] = [],
): EnvironmentStep {
  const compiled = compilePublication(state, request);
  if (!compiled.ok) return refuse({ code: "invalid_plan", problems: compiled.problems });
  const { publication, warnings } = compiled;
  const { version, etag, at } = publication;
  const receipt: PublishReceipt = { version, etag, warnings };
  return {
    events: [...before, { kind: "published", publication }],
    reply: succeed(receipt),
    ...distribute({ version }, { at }),
  };
}

const distribute = (
  what: Omit<DistributeEffect, "kind">,
  { at }: Pick<HandleContext, "at">,
): Pick<EnvironmentStep, "effects" | "timers"> => ({
  effects: [{ kind: "distribute", ...what }],
  timers: [{ set: "announce", at: (at + announceEveryMs) as EpochMs, message: { type: "announce" } }],
});

const refuse = (failure: Failure): EnvironmentStep => ({ events: [], reply: fail(failure) });
