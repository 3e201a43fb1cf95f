import { usageFailure } from "../failure.ts";
import { slug } from "./slug.ts";

export const replayMetricTypes = ["binary", "count", "sum", "mean", "ratio"] as const;
export type ReplayMetricType = (typeof replayMetricTypes)[number];

/** `NAME:TYPE=COLUMN` as given. Which columns a ratio names is known only with the file's header. */
export interface MetricOption {
  readonly key: string;
  readonly name: string;
  readonly type: ReplayMetricType;
  readonly column: string;
}

/** A metric whose columns were found. */
export type ReplayMetric = {
  readonly key: string;
  readonly name: string;
} & (
  | { readonly type: Exclude<ReplayMetricType, "ratio">; readonly column: number }
  | { readonly type: "ratio"; readonly numerator: number; readonly denominator: number }
);

export function parseMetricOption(text: string): MetricOption {
  const match = /^([^:=]+):([a-z]+)=(.+)$/s.exec(text);
  const [, name, type, column] = match ?? [];
  if (name === undefined || type === undefined || column === undefined)
    throw usageFailure(`--metric ${text} is not NAME:TYPE=COLUMN, as in --metric revenue:sum=spend`);
  if (!isMetricType(type))
    throw usageFailure(
      `--metric ${text}: there is no type ${type}; use one of ${replayMetricTypes.join(", ")}`,
    );
  return { key: slug(name, "metric"), name, type, column };
}

const isMetricType = (type: string): type is ReplayMetricType =>
  (replayMetricTypes as readonly string[]).includes(type);
