import type { z } from "zod";
import { issuesOf, type Issue } from "../../protocols/errors.ts";
import { environmentCollections } from "../../protocols/environment-messages.ts";
import { Experiment } from "../../protocols/experiment.ts";
import { Flag, Segment } from "../../protocols/flag.ts";
import { Holdout, Layer, Override } from "../../protocols/layer.ts";
import { Metric } from "../../protocols/metric.ts";
import type { Contents } from "./contents.ts";
import { revisionOf, type Collection, type Entities } from "./history.ts";
import type { EnvironmentState } from "./state.ts";

/** How an entity is written today. A journal may hold it as it was written years ago. */
export const shapes: { readonly [C in Collection]: z.ZodType<Entities[C]> } = {
  flags: Flag,
  segments: Segment,
  metrics: Metric,
  experiments: Experiment,
  layers: Layer,
  holdouts: Holdout,
  overrides: Override,
};

/** What of these contents is not written as it would be today. */
export function shapeProblems({ histories }: EnvironmentState, contents: Contents): Issue[] {
  return environmentCollections.flatMap((collection) =>
    Object.entries(contents[collection]).flatMap(([key, number]) => {
      const entity = revisionOf(histories, collection, key, number)?.entity;
      const parsed = shapes[collection].safeParse(entity);
      if (parsed.success) return [];
      return issuesOf(parsed.error).map(({ path, message }) => ({
        path: `${collection}.${key}${path === "" ? "" : `.${path}`}`,
        message,
      }));
    }),
  );
}
