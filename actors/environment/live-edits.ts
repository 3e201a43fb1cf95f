import type { EpochMs } from "../../protocols/time.ts";
import { Experiment } from "../../protocols/experiment.ts";
import type { Failure } from "../../protocols/failures.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { Holdout, Layer } from "../../protocols/layer.ts";
import { draftLifecycle, isLive, type Lifecycle } from "./contents.ts";
import { draft, revisionOf } from "./history.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";

// What may change about an experiment once units are being dealt. Words may at any time. While it is live, so may what
// moves no unit or as few as can be: its allocation, its weights, and dates that lie ahead; and its analysis plan, whose
// every version since the start is kept for the report. The rest says what is being
// measured, and among whom.

const openOnceStarted = new Set<string>(["name", "hypothesis"]);
const openWhileLive = new Set<string>([
  ...openOnceStarted,
  "allocation",
  "variants",
  "startAt",
  "stopAt",
  "analysis",
]);

/** Why this edit of an experiment must wait, if it must. */
export function frozenEdit(state: EnvironmentState, edited: Experiment, at: EpochMs): Failure | undefined {
  const lifecycle = own(state.published.lifecycles, edited.key) ?? draftLifecycle;
  const number = own(state.published.experiments, edited.key);
  const present = revisionOf(state.histories, "experiments", edited.key, number)?.entity;
  if (lifecycle.status === "draft" || present === undefined) return undefined;
  const frozen = (what: string, reason: string): Failure => ({ code: "frozen", what, reason });
  if (!isLive(lifecycle)) {
    const member = differences(present, edited).find((name) => !openOnceStarted.has(name));
    return member === undefined
      ? undefined
      : frozen(member, `the experiment is ${lifecycle.status}; make a new one`);
  }
  const member = frozenDifference(present, edited);
  if (member !== undefined)
    return frozen(member, `the experiment is ${lifecycle.status}; stop it and start a new one`);
  return frozenWeights(present, edited, lifecycle) ?? frozenDate(present, edited, at);
}

/** The first member of two forms of an experiment that may not differ while it is live. */
function frozenDifference(present: Experiment, edited: Experiment): string | undefined {
  const member = differences(present, edited).find((name) => !openWhileLive.has(name));
  if (member !== undefined) return member;
  return canonicalJson(withoutWeights(present)) === canonicalJson(withoutWeights(edited))
    ? undefined
    : "variants";
}

/** Both sides as they would be written today: a default that came later is no difference. */
function differences(present: Experiment, edited: Experiment): string[] {
  const a: Readonly<Record<string, unknown>> = written(present);
  const b: Readonly<Record<string, unknown>> = written(edited);
  const members = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return members.filter((member) => canonicalJson(a[member]) !== canonicalJson(b[member]));
}

/** One from years ago that the schema takes no more stands as it is. */
const written = (experiment: Experiment): Experiment => Experiment.safeParse(experiment).data ?? experiment;

const withoutWeights = ({ variants }: Experiment) => variants.map(({ weight: _weight, ...rest }) => rest);

/** An imported recipe deals by its own ranges, which weights do not move. */
function frozenWeights(present: Experiment, edited: Experiment, { phase }: Lifecycle): Failure | undefined {
  const same = canonicalJson(present.variants) === canonicalJson(edited.variants);
  if (same || present.hash === undefined || phase > 1) return undefined;
  const reason = "an imported recipe deals its units; a new phase deals them by weight";
  return { code: "frozen", what: "variants", reason };
}

/** A date that has passed has done its work, and one that is set must lie ahead. */
function frozenDate(present: Experiment, edited: Experiment, at: EpochMs): Failure | undefined {
  for (const what of ["startAt", "stopAt"] as const) {
    const [old, young] = [present[what], edited[what]];
    if (old === young) continue;
    if (young !== undefined && young <= at)
      return { code: "frozen", what, reason: "the new date has passed" };
    const begun = what === "startAt" && (old === undefined || old <= at);
    if (begun) return { code: "frozen", what, reason: "the experiment assigns already" };
  }
  return undefined;
}

/** Another salt would deal the units of every live experiment of the layer anew. */
export function frozenLayer(state: EnvironmentState, edited: Layer): Failure | undefined {
  const present = draft(state.histories, "layers", edited.key);
  if (present === undefined || saltOf(present) === saltOf(edited)) return undefined;
  const users = liveExperiments(state).filter(({ layer }) => layer?.key === edited.key);
  return users[0] && frozenSalt(users[0]);
}

/** Another salt would let other units into live experiments, and take those in them out. */
export function frozenHoldout(state: EnvironmentState, edited: Holdout): Failure | undefined {
  const present = draft(state.histories, "holdouts", edited.key);
  if (present === undefined || saltOf(present) === saltOf(edited)) return undefined;
  const bound = liveExperiments(state).find((experiment) => isBoundBy(experiment, present));
  return bound && frozenSalt(bound);
}

const saltOf = ({ key, salt }: { readonly key: string; readonly salt?: string | undefined }): string =>
  salt ?? key;
const frozenSalt = ({ key }: Experiment): Failure => ({
  code: "frozen",
  what: "salt",
  reason: `experiment ${key} is live`,
});

/** Whether a holdout keeps units out of an experiment. */
export const isBoundBy = ({ tags }: Experiment, holdout: Holdout): boolean =>
  holdout.tags.length === 0 || holdout.tags.some((tag) => tags.includes(tag));

/** The published form of the experiments that are running or paused. */
export function liveExperiments({ published, histories }: EnvironmentState): Experiment[] {
  return Object.entries(published.experiments).flatMap(([key, number]) => {
    if (!isLive(own(published.lifecycles, key))) return [];
    const entity = revisionOf(histories, "experiments", key, number)?.entity;
    return entity === undefined ? [] : [entity];
  });
}
