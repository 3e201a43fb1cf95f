import type { Baseline } from "../../protocols/power.ts";
import type { HistoryFound, PlanRefusal } from "../../protocols/power-answer.ts";

/** What the environment's past says of a metric. */
export type KnownMetric =
  | {
      readonly kind: "known";
      readonly baseline: Baseline;
      readonly covariateCorrelation?: number;
      /** As of metric-shape.ts. */
      readonly grows?: boolean;
    }
  | PlanRefusal;

export interface Known {
  readonly history?: HistoryFound;
  readonly metrics: Readonly<Record<string, KnownMetric>>;
}
