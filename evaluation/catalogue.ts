import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag, Segment } from "../protocols/flag.ts";
import type { PublishedLayer } from "../protocols/layer.ts";
import type { Metric } from "../protocols/metric.ts";

/** The content by key: what one part looks up of the others. */
export interface Catalogue {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly experiments: ReadonlyMap<string, PublishedExperiment>;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly layers: ReadonlyMap<string, PublishedLayer>;
}
