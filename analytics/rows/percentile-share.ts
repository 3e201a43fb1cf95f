import type { Metric } from "../../protocols/metric.ts";

/** Of a percentile metric; undefined of any other. */
export const percentileShare = ({ definition }: Metric): number | undefined =>
  definition.type === "percentile" ? definition.percentile / 100 : undefined;
