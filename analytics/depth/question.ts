import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";

/** What is asked about one metric of an experiment. */
export interface ExperimentQuestion {
  readonly environment: string;
  readonly definition: ExperimentDefinition;
  readonly metric: Metric;
}
