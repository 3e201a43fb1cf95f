import type { Metric } from "../../../protocols/metric.ts";

/** A metric in a sentence: its name as people gave it, else its key. */
export const titleOf = ({ key, name }: Pick<Metric, "key" | "name">): string =>
  name === undefined ? key : `“${name}”`;

/** Of a metric that is known by its key. */
export const titleIn = (metrics: readonly Metric[], metric: string): string => {
  const found = metrics.find(({ key }) => key === metric);
  return found === undefined ? metric : titleOf(found);
};
