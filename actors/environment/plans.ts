import { compile, type Compilation, type PlanContent } from "../../evaluation/compile.ts";
import { assert } from "../../protocols/assert.ts";
import { fail, succeed, type Issue } from "../../protocols/errors.ts";
import type { Answer, Failure } from "../../protocols/failures.ts";
import type { Segment } from "../../protocols/flag.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { PublishedLayer } from "../../protocols/layer.ts";
import type { Plan } from "../../protocols/plan.ts";
import { unitLists } from "../../protocols/segment-units.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { contentsAt, draftLifecycle, type Contents } from "./contents.ts";
import { frozenMetrics } from "./frozen-metrics.ts";
import { revisionOf, type Collection, type Entities, type Revision } from "./history.ts";
import { own } from "./own.ts";
import { publishedExperiment } from "./published-experiment.ts";
import { shapeProblems } from "./shapes.ts";
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
  try {
    return compile(contentOf(state, contents, read), version, at);
  } catch (error) {
    // Content of long ago may lack what today's schemas demand, and so the compiler. Anything else is a defect of ours.
    const problems = shapeProblems(state, contents);
    if (problems.length === 0) throw error;
    return { ok: false, problems };
  }
}

/** The newest two only: older ones are asked for rarely, and a plan is not small. */
const plans = new WeakMap<Publication, Plan>();

/** Hands the plan of a version to those who will ask for it soon: the distribution, and the next publish. */
export function keepPlan({ publications }: EnvironmentState, publication: Publication, plan: Plan): void {
  plans.set(publication, plan);
  const superseded = publications[publication.version - 3];
  if (superseded !== undefined) plans.delete(superseded);
}

/** Problems of one answer; at 200 bytes each, 20 kB. */
const problemsMax = 100;

/**
 * The plan of a version published earlier. Compiling is pure, so it is the same again, unless rules have become stricter
 * since: then what is wrong by today's is the answer, and the version stays in the history all the same.
 */
export function planOf(state: EnvironmentState, version: number, read?: ListReader): Answer<Plan> {
  const publication = state.publications[version - 1];
  if (publication === undefined) return fail({ code: "version_not_found", version });
  const kept = read === undefined ? plans.get(publication) : undefined;
  if (kept !== undefined) return succeed(kept);
  const contents = contentsAt(state, version);
  if (!hasItsLists(state, contents)) return fail({ code: "version_not_found", version, reason: listsGone });
  const reading = read === undefined ? {} : { read };
  const outcome = compileContents(state, contents, { version, at: publication.at, ...reading });
  if (!outcome.ok) return fail(unreadable(version, outcome.problems));
  if (read === undefined && version === state.publications.length) keepPlan(state, publication, outcome.plan);
  return succeed(outcome.plan);
}

const unreadable = (version: number, problems: readonly Issue[]): Failure => ({
  code: "version_unreadable",
  version,
  problems: problems.slice(0, problemsMax),
});

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
    experiments: entities("experiments").map((experiment) => {
      const lifecycle = own(contents.lifecycles, experiment.key) ?? draftLifecycle;
      return publishedExperiment(experiment, lifecycle, frozenMetrics(state, contents, lifecycle));
    }),
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
