import { compile, type Compilation, type PlanContent } from "../../evaluation/compile.ts";
import { assert } from "../../protocols/assert.ts";
import type { Segment } from "../../protocols/flag.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { PublishedLayer } from "../../protocols/layer.ts";
import type { Plan } from "../../protocols/plan.ts";
import { unitLists } from "../../protocols/segment-units.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { contentsAt, draftLifecycle, type Contents } from "./contents.ts";
import { revisionOf, type Collection, type Entities, type Revision } from "./history.ts";
import { own } from "./own.ts";
import { publishedExperiment } from "./published-experiment.ts";
import type { EnvironmentState, Publication } from "./state.ts";
import { holds, unpacked, type UnitList } from "./unit-lists.ts";

/** Unit lists in full, or reduced to one unit where they are long. */
export type ListReader = (list: UnitList) => readonly UnitId[];
export const onlyUnit =
  (unit: UnitId): ListReader =>
  (list) =>
    holds(list, unit) ? [unit] : [];

export function compileContents(
  state: EnvironmentState,
  contents: Contents,
  { version, at, read = unpacked }: { version: number; at: EpochMs; read?: ListReader },
): Compilation {
  return compile(contentOf(state, contents, read), version, at);
}

/** The newest two only: older ones are asked for rarely, and a plan is not small. */
const plans = new WeakMap<Publication, Plan>();

/** Hands the plan of a version to those who will ask for it soon: the distribution, and the next publish. */
export function keepPlan({ publications }: EnvironmentState, publication: Publication, plan: Plan): void {
  plans.set(publication, plan);
  const superseded = publications[publication.version - 3];
  if (superseded !== undefined) plans.delete(superseded);
}

/** The plan of a version published earlier; compiling is pure, so it is the same again. */
export function planOf(state: EnvironmentState, version: number): Plan {
  const publication = state.publications[version - 1];
  assert(publication !== undefined, `version ${version} is published`);
  const kept = plans.get(publication);
  if (kept !== undefined) return kept;
  const outcome = compileContents(state, contentsAt(state, version), { version, at: publication.at });
  assert(outcome.ok, `version ${version} compiled when it was published`);
  if (version === state.publications.length) keepPlan(state, publication, outcome.plan);
  return outcome.plan;
}

/** Why a version is not to be had any more. */
export const listsGone = "its unit lists are not kept any more";

/** Whether every unit list of these contents is still kept. */
export function hasItsLists({ histories, lists }: EnvironmentState, contents: Contents): boolean {
  return Object.entries(contents.segments).every(([key, number]) =>
    Object.values(revisionOf(histories, "segments", key, number)?.lists ?? {}).every((name) =>
      Object.hasOwn(lists, name),
    ),
  );
}

function contentOf(state: EnvironmentState, contents: Contents, read: ListReader): PlanContent {
  assert(state.identity !== undefined, "an environment publishes after it has begun");
  const { key: environment, partitions, salt, unitSalt } = state.identity;
  const entities = <C extends Collection>(collection: C): Entities[C][] =>
    revisions(state, contents, collection).map(({ entity }) => entity);
  return {
    environment,
    partitions,
    salt,
    unitSalt,
    flags: entities("flags"),
    segments: revisions(state, contents, "segments").map((revision) => withUnits(state, revision, read)),
    metrics: entities("metrics"),
    experiments: entities("experiments").map((experiment) =>
      publishedExperiment(experiment, own(contents.lifecycles, experiment.key) ?? draftLifecycle),
    ),
    layers: entities("layers").map((layer): PublishedLayer => ({
      ...layer,
      quarantine: [...(own(contents.quarantine, layer.key) ?? [])],
    })),
    holdouts: entities("holdouts"),
    overrides: entities("overrides"),
  };
}

function revisions<C extends Collection>(
  { histories }: EnvironmentState,
  contents: Contents,
  collection: C,
): Revision<Entities[C]>[] {
  return Object.entries(contents[collection]).map(([key, number]) => {
    const revision = revisionOf(histories, collection, key, number);
    assert(revision !== undefined, `${key} has a revision ${number}`);
    return revision;
  });
}

/** The arrays are shared by all plans that hold the list, and nobody changes a plan. */
function withUnits(
  { lists }: EnvironmentState,
  { entity, lists: names }: Revision<Segment>,
  read: ListReader,
): Segment {
  if (names === undefined) return entity;
  const full = unitLists.flatMap((list) => {
    const name = names[list];
    const units = name === undefined ? undefined : own(lists, name);
    assert(name === undefined || units !== undefined, `list ${name ?? ""} is kept`);
    return units === undefined ? [] : [[list, read(units)]];
  });
  return { ...entity, ...(Object.fromEntries(full) as Partial<Segment>) };
}
