import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { RowMethod } from "../../protocols/row-answers.ts";

/** One question about one metric's rows. */
export interface RowQuestion {
  readonly environment: string;
  readonly definition: ExperimentDefinition;
  readonly metric: Metric;
  readonly method: RowMethod;
  readonly cap?: number | undefined;
}
