import type { z } from "zod";
import type { EnvironmentCollection, EnvironmentMessage } from "../../protocols/environment-messages.ts";
import { Experiment } from "../../protocols/experiment.ts";
import { Flag } from "../../protocols/flag.ts";
import type { HoldoutKey, LayerKey, SegmentKey } from "../../protocols/ids.ts";
import { Holdout, Layer, Override } from "../../protocols/layer.ts";
import { Metric } from "../../protocols/metric.ts";
import { SegmentInput } from "../../protocols/segment-input.ts";

// What the environment keeps lists of, and the messages that change each.

export type Keyed = { readonly key: string };

export interface Collection<Entity extends Keyed> {
  readonly name: EnvironmentCollection;
  readonly schema: z.ZodType<Entity>;
  put(entity: Entity, expectedVersion: number | undefined): EnvironmentMessage;
}

/** One whose members can be removed; those of the others stay, since results may need them. */
export interface Removable {
  remove(key: string, expectedVersion: number | undefined): EnvironmentMessage;
}

const version = (expected: number | undefined): { expectedVersion?: number } =>
  expected === undefined ? {} : { expectedVersion: expected };

export const flags: Collection<Flag> = {
  name: "flags",
  schema: Flag,
  put: (flag, expected) => ({ type: "put_flag", flag, ...version(expected) }),
};
export const segments: Collection<SegmentInput> & Removable = {
  name: "segments",
  schema: SegmentInput,
  put: ({ included, excluded, ...segment }, expected) => ({
    type: "put_segment",
    segment: {
      ...segment,
      included: Array.isArray(included) ? included : [],
      excluded: Array.isArray(excluded) ? excluded : [],
    },
    ...(Array.isArray(included) ? {} : { included }),
    ...(Array.isArray(excluded) ? {} : { excluded }),
    ...version(expected),
  }),
  remove: (key, expected) => ({
    type: "remove_segment",
    segment: key as SegmentKey,
    ...version(expected),
  }),
};
export const metrics: Collection<Metric> = {
  name: "metrics",
  schema: Metric,
  put: (metric, expected) => ({ type: "put_metric", metric, ...version(expected) }),
};
export const experiments: Collection<Experiment> = {
  name: "experiments",
  schema: Experiment,
  put: (experiment, expected) => ({ type: "put_experiment", experiment, ...version(expected) }),
};
export const layers: Collection<Layer> & Removable = {
  name: "layers",
  schema: Layer,
  put: (layer, expected) => ({ type: "put_layer", layer, ...version(expected) }),
  remove: (key, expected) => ({ type: "remove_layer", layer: key as LayerKey, ...version(expected) }),
};
export const holdouts: Collection<Holdout> & Removable = {
  name: "holdouts",
  schema: Holdout,
  put: (holdout, expected) => ({ type: "put_holdout", holdout, ...version(expected) }),
  remove: (key, expected) => ({ type: "remove_holdout", holdout: key as HoldoutKey, ...version(expected) }),
};
export const overrides: Collection<Override> & Removable = {
  name: "overrides",
  schema: Override,
  put: (override, expected) => ({ type: "put_override", override, ...version(expected) }),
  remove: (key, expected) => ({ type: "remove_override", override: key, ...version(expected) }),
};
