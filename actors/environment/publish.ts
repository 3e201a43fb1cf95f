import { compile, type PlanContent } from "../../evaluation/compile.ts";
import { etagOf } from "../../evaluation/sign.ts";
import { assert } from "../../protocols/assert.ts";
import type { Issue } from "../../protocols/errors.ts";
import type { ExperimentDefinition, PublishedExperiment } from "../../protocols/experiment.ts";
import type { ExperimentKey } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { EpochMs } from "../../protocols/time.ts";
import {
  collections,
  draftLifecycle,
  newestPublication,
  newestRevision,
  type Collection,
  type EnvironmentState,
  type Lifecycle,
  type Publication,
  type Selection,
} from "./state.ts";

/** Everything as it stands in the draft. */
export function newestSelection(state: EnvironmentState): Selection {
  return selectionOf((collection) => newestOf(state, collection));
}

/**
 * The published selection with some entities moved to their newest revision. What was never published comes along,
 * since a flag may need it and it reaches nobody by itself.
 */
export function advancedSelection(
  state: EnvironmentState,
  advance: { readonly flag?: string; readonly experiment?: string },
): Selection {
  const published = newestPublication(state)?.selection;
  return selectionOf((collection) => {
    const newest = newestOf(state, collection);
    const chosen = { ...(collection === "flags" ? {} : newest), ...published?.[collection] };
    const key =
      collection === "flags" ? advance.flag : collection === "experiments" ? advance.experiment : undefined;
    const revision = key === undefined ? undefined : newest[key];
    return key === undefined || revision === undefined ? chosen : { ...chosen, [key]: revision };
  });
}

function selectionOf(choose: (collection: Collection) => Readonly<Record<string, number>>): Selection {
  return Object.fromEntries(collections.map((collection) => [collection, choose(collection)])) as Selection;
}

function newestOf(state: EnvironmentState, collection: Collection): Record<string, number> {
  const histories = Object.entries(state.histories[collection]);
  return Object.fromEntries(histories.map(([key, history]) => [key, newestRevision(history)]));
}

export type Compiled =
  | {
      readonly ok: true;
      readonly plan: Plan;
      readonly publication: Publication;
      readonly warnings: readonly Issue[];
    }
  | { readonly ok: false; readonly problems: readonly Issue[] };

export interface PublicationRequest {
  readonly selection: Selection;
  readonly lifecycles: Readonly<Record<string, Lifecycle>>;
  readonly at: EpochMs;
  readonly by: string;
  readonly note?: string | undefined;
  readonly rollbackOf?: number;
}

/** Compiles a selection into the next version's plan, or says everything that is wrong with it. */
export function compilePublication(state: EnvironmentState, request: PublicationRequest): Compiled {
  const { selection, lifecycles, at, by, note, rollbackOf } = request;
  const version = state.publications.length + 1;
  const outcome = compile(contentOf(state, selection, lifecycles), version, at);
  if (!outcome.ok) return outcome;
  const publication: Publication = {
    version,
    at,
    by,
    etag: etagOf(outcome.plan),
    ...(note === undefined ? {} : { note }),
    ...(rollbackOf === undefined ? {} : { rollbackOf }),
    selection,
    lifecycles,
  };
  return { ok: true, plan: outcome.plan, publication, warnings: outcome.warnings };
}

/** The plan of a version published earlier; compiling is pure, so it is the same again. */
function planOf(state: EnvironmentState, publication: Publication): Plan {
  const content = contentOf(state, publication.selection, publication.lifecycles);
  const outcome = compile(content, publication.version, publication.at);
  assert(outcome.ok, `version ${publication.version} compiled when it was published`);
  return outcome.plan;
}

function contentOf(
  state: EnvironmentState,
  selection: Selection,
  lifecycles: Readonly<Record<string, Lifecycle>>,
): PlanContent {
  assert(state.identity !== undefined, "an environment publishes after it has begun");
  const { key: environment, partitions, salt, unitSalt } = state.identity;
  const { flags, segments, metrics, experiments } = state.histories;
  return {
    environment,
    partitions,
    salt,
    unitSalt,
    flags: pick(flags, selection.flags),
    segments: pick(segments, selection.segments),
    metrics: pick(metrics, selection.metrics),
    experiments: pick(experiments, selection.experiments).map((experiment): PublishedExperiment => ({
      ...experiment,
      ...(lifecycles[experiment.key] ?? draftLifecycle),
    })),
  };
}

function pick<Entity>(
  histories: Readonly<Record<string, { readonly revisions: readonly Entity[] }>>,
  chosen: Readonly<Record<string, number>>,
): Entity[] {
  return Object.entries(chosen).map(([key, revision]) => {
    const entity = histories[key]?.revisions[revision - 1];
    assert(entity !== undefined, `${key} has a revision ${revision}`);
    return entity;
  });
}

/** What the folds must know of a plan: every experiment that was ever started, with its metrics. */
function definitionsOf(plan: Plan): ExperimentDefinition[] {
  return Object.values(plan.experiments)
    .filter(({ status }) => status !== "draft" && status !== "archived")
    .map((experiment) => ({
      experiment,
      metrics: metricKeysOf(experiment).map((key) => metricOf(plan, key)),
    }));
}

/** What a version shows gateways, and what it tells the folds: what it changed, or all. */
export function distributionOf(
  state: EnvironmentState,
  { version, all }: { readonly version: number; readonly all?: true },
): { readonly plan: Plan; readonly definitions: readonly ExperimentDefinition[] } {
  const [before, publication] = [state.publications[version - 2], state.publications[version - 1]];
  assert(publication !== undefined, `version ${version} is published`);
  const plan = planOf(state, publication);
  const known = all === true || before === undefined ? undefined : planOf(state, before);
  return { plan, definitions: changedDefinitions(plan, known) };
}

/** Definitions that differ from the plan before: only these need telling. */
function changedDefinitions(plan: Plan, before: Plan | undefined): ExperimentDefinition[] {
  const known = new Map<ExperimentKey, string>();
  for (const definition of before === undefined ? [] : definitionsOf(before)) {
    known.set(definition.experiment.key, JSON.stringify(definition));
  }
  return definitionsOf(plan).filter(
    (definition) => known.get(definition.experiment.key) !== JSON.stringify(definition),
  );
}

const metricKeysOf = ({ metrics: { primary, secondary, guardrails } }: PublishedExperiment) => [
  ...new Set([primary, ...secondary, ...guardrails]),
];

function metricOf(plan: Plan, key: ReturnType<typeof metricKeysOf>[number]) {
  const metric = plan.metrics[key];
  assert(metric !== undefined, `compile() resolved metric ${key}`);
  return metric;
}
