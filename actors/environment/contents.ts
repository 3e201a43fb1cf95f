import type { PlanVersion } from "../../protocols/analysis-plan.ts";
import { assert } from "../../protocols/assert.ts";
import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import { environmentCollections } from "../../protocols/environment-messages.ts";
import type { ExperimentStatus, VariantRange } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { ChangedKeys } from "../../protocols/publish-receipt.ts";
import type { QuarantinedSlots } from "../../protocols/layer.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Collection } from "./history.ts";
import { own } from "./own.ts";

// What a version holds: for each entity the number of its revision, and what the lifecycle made of experiments and
// layers. A version is remembered by what it changed, so that a thousand flags and a thousand versions are not a million
// entries.

export interface Lifecycle {
  readonly status: ExperimentStatus;
  readonly phase: number;
  readonly startedAt?: EpochMs;
  /** Which buckets belong to which variant, after weights changed. */
  readonly ranges?: readonly VariantRange[];
  /** The analysis plan at the start of each phase, and its changes since. */
  readonly plans?: readonly PlanVersion[];
  /** Metric → the revision this phase began with, of metrics that were redefined since. */
  readonly metricRevisions?: Readonly<Record<string, number>>;
  /** When Weir paused it by itself and why, over all phases. */
  readonly automaticPauses?: readonly AutomaticPause[];
}
export const draftLifecycle: Lifecycle = { status: "draft", phase: 1 };
export const isLive = (lifecycle: Lifecycle | undefined): boolean =>
  lifecycle?.status === "running" || lifecycle?.status === "paused";

/** Entity key → revision, per collection. */
export type Selection = { readonly [C in Collection]: Readonly<Record<string, number>> };

export interface Contents extends Selection {
  readonly lifecycles: Readonly<Record<string, Lifecycle>>;
  /** Layer → slots that rest. */
  readonly quarantine: Readonly<Record<string, readonly QuarantinedSlots[]>>;
}
export type Section = keyof Contents;
const sections: readonly Section[] = [...environmentCollections, "lifecycles", "quarantine"];

export const noContents = (): Contents => ({
  flags: {},
  segments: {},
  metrics: {},
  experiments: {},
  layers: {},
  holdouts: {},
  overrides: {},
  lifecycles: {},
  quarantine: {},
});

interface SectionPatch<Value> {
  readonly set?: Readonly<Record<string, Value>>;
  readonly gone?: readonly string[];
}
export type ContentsPatch = {
  readonly [S in Section]?: SectionPatch<Contents[S][string]>;
};

/** Keys of a section that differ. */
export function changedKeys(before: Contents, after: Contents, section: Section): string[] {
  const old: Readonly<Record<string, unknown>> = before[section];
  const young: Readonly<Record<string, unknown>> = after[section];
  if (old === young) return [];
  const keys = new Set([...Object.keys(old), ...Object.keys(young)]);
  return [...keys].filter((key) => !isSame(own(old, key), own(young, key))).sort();
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && canonicalJson(a) === canonicalJson(b));

export function patchBetween(before: Contents, after: Contents): ContentsPatch {
  const patches = sections.flatMap((section) => {
    const keys = changedKeys(before, after, section);
    if (keys.length === 0) return [];
    const values: Readonly<Record<string, unknown>> = after[section];
    const gone = keys.filter((key) => !Object.hasOwn(values, key));
    const set = keys.filter((key) => Object.hasOwn(values, key)).map((key) => [key, values[key]]);
    return [[section, { set: Object.fromEntries(set), ...(gone.length === 0 ? {} : { gone }) }]];
  });
  return Object.fromEntries(patches) as ContentsPatch;
}

/** What a patch changes. An experiment is changed by its lifecycle too, a layer by the slots that rest. */
export function changedIn(patch: ContentsPatch): ChangedKeys {
  const behind: Partial<Record<Collection, Section>> = { experiments: "lifecycles", layers: "quarantine" };
  const keysOf = ({ set = {}, gone = [] }: SectionPatch<unknown>): string[] => [...Object.keys(set), ...gone];
  const changes = environmentCollections.flatMap((collection) => {
    const other = behind[collection];
    const keys = new Set([
      ...keysOf(patch[collection] ?? {}),
      ...(other === undefined ? [] : keysOf(patch[other] ?? {})),
    ]);
    return keys.size === 0 ? [] : [[collection, [...keys].sort()]];
  });
  return Object.fromEntries(changes) as ChangedKeys;
}

/** Sections without a change are shared with the version before. */
export function patched(before: Contents, patch: ContentsPatch): Contents {
  const changed = Object.entries(patch).map(([section, { set = {}, gone = [] }]) => {
    const values: Record<string, unknown> = { ...before[section as Section], ...set };
    for (const key of gone) delete values[key];
    return [section, values];
  });
  return { ...before, ...(Object.fromEntries(changed) as Partial<Contents>) };
}

/** A whole one is kept of every so many versions: no version is further than this from one. */
export const checkpointEvery = 64;

export interface Versions {
  readonly publications: readonly { readonly patch: ContentsPatch }[];
  /** Contents of the newest version. */
  readonly published: Contents;
  readonly checkpoints: Readonly<Record<number, Contents>>;
}

/** The contents of any version there was. */
export function contentsAt({ publications, published, checkpoints }: Versions, version: number): Contents {
  assert(version >= 1 && version <= publications.length, `version ${version} is published`);
  if (version === publications.length) return published;
  let at = version - (version % checkpointEvery);
  let contents = at === 0 ? noContents() : checkpoints[at];
  assert(contents !== undefined, `version ${at} is kept whole`);
  for (; at < version; at++) contents = patched(contents, publications[at]?.patch ?? {});
  return contents;
}
