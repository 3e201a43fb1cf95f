import type { DepthKind } from "../../protocols/depth.ts";
import { analysisUnitOf, summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import { capShare } from "../rows/method.ts";

/** Why a question cannot be asked of a metric, as a request's problem; undefined where it can. */
export function misfitOf(kind: DepthKind, metric: Metric, unit: string): string | undefined {
  if (metric.definition.type === "percentile") return "of a percentile there is no such answer: name a mean";
  const finer = analysisUnitOf(metric, unit);
  if (capShare(metric) !== undefined && finer !== "unit")
    return "its cap is of single values, and rows are read by unit: cap at a value instead";
  if (kind === "interactions") return undefined;
  if (finer === "session" || metric.window?.type === "session")
    return "sessions are told by exposures, and a part of these units has none";
  if (kind === "triggered" && summaryKind(metric, unit) === "ratio")
    return "the effect on a ratio is not diluted by the share that met the change: name a metric with one number a unit";
  return undefined;
}
