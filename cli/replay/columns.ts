import { usageFailure } from "../failure.ts";
import { nearest } from "../nearest.ts";
import type { MetricOption, ReplayMetric } from "./metric-option.ts";

/** Names the row's number instead of a column. */
export const rowUnit = "@row";

export interface ColumnOptions {
  readonly unit: string;
  readonly variant: string;
  readonly time?: string;
  readonly metrics: readonly MetricOption[];
}

/** Where in a row each thing is. */
export interface Columns {
  readonly count: number;
  /** Undefined: the row's number is the unit. */
  readonly unit?: number;
  readonly variant: number;
  readonly time?: number;
  readonly metrics: readonly ReplayMetric[];
}

/** Finds the named columns in the header. Every one that is missing is listed at once. */
export function findColumns(header: readonly string[], options: ColumnOptions): Columns {
  const problems: string[] = [];
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`the header has two columns named '${twice}'`);
  const find = (name: string, option: string): number => {
    const index = header.indexOf(name);
    if (index < 0) problems.push(`there is no column '${name}' (${option})${suggestion(name, header)}`);
    return index;
  };
  const metrics = options.metrics.map((metric) => locate(metric, header, find));
  const repeated = metrics.find(
    ({ key }, index) => metrics.findIndex((other) => other.key === key) !== index,
  );
  if (repeated !== undefined) problems.push(`two metrics are named '${repeated.name}'`);
  const columns: Columns = {
    count: header.length,
    variant: find(options.variant, "--variant"),
    metrics,
    ...(options.unit === rowUnit ? {} : { unit: find(options.unit, "--unit") }),
    ...(options.time === undefined ? {} : { time: find(options.time, "--time") }),
  };
  if (problems.length === 0) return columns;
  throw usageFailure(`${problems.join("; ")}. The file's columns are: ${header.join(", ")}`);
}

type Find = (name: string, option: string) => number;

function locate(
  { key, name, type, column }: MetricOption,
  header: readonly string[],
  find: Find,
): ReplayMetric {
  const option = `--metric ${name}`;
  if (type !== "ratio") return { key, name, type, column: find(column, option) };
  const [numerator, denominator] = ratioColumns(column, header);
  return { key, name, type, numerator: find(numerator, option), denominator: find(denominator, option) };
}

/** A column's own name may hold a slash, so the one slash is taken that has a column on both sides. */
function ratioColumns(text: string, header: readonly string[]): [string, string] {
  const splits = [...text.matchAll(/\//g)].map(({ index }): [string, string] => [
    text.slice(0, index),
    text.slice(index + 1),
  ]);
  const [first] = splits;
  if (first === undefined)
    throw usageFailure(`a ratio needs two columns: NAME:ratio=NUMERATOR/DENOMINATOR, not '${text}'`);
  return splits.find((pair) => pair.every((name) => header.includes(name))) ?? first;
}

function suggestion(name: string, header: readonly string[]): string {
  const meant = nearest(
    name,
    header.map((candidate) => candidate.trim()),
  );
  return meant === undefined ? "" : `; did you mean '${meant}'?`;
}
