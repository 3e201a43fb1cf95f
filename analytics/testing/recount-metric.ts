import type { EventSource } from "../../protocols/event-source.ts";
import type { ExposureRecord, MetricRecord } from "../../protocols/log-record.ts";
import { analysisUnitOf, hasCovariate, summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { CovariateMoments, MetricSummary } from "../../protocols/results.ts";
import { valueIn } from "./recount-filter.ts";

// One metric of one unit, and of many, said once more in the slowest and plainest way: what folds and SQL are held
// against. The caller knows which exposures and events are a unit's.

const dayMs = 86_400_000;
const waitMsMax = 7 * dayMs;
const dayOf = (ts: number): number => Math.floor(ts / dayMs);

export interface MetricUnit {
  /** The exposure at t0. */
  readonly first: ExposureRecord;
  readonly exposures: readonly ExposureRecord[];
  readonly events: readonly MetricRecord[];
}

/** A metric's two numbers of a unit; undefined when the metric leaves the unit out. */
export type Numbers = readonly [first: number, second: number] | undefined;

export function numbersOf(metric: Metric, experimentUnit: string, unit: MetricUnit): Numbers {
  const { definition, cap } = metric;
  const by = analysisUnitOf(metric, experimentUnit);
  const capped = (value: number): number =>
    cap !== undefined && "value" in cap ? Math.min(value, cap.value) : value;
  const within = unit.events.filter((event) => isInTime(unit, event) && isIn(metric, unit, event));
  const of = (source: EventSource): { ts: number; value: number; session: string }[] =>
    within.flatMap((event) => {
      const value = valueIn(source, event);
      return value === undefined ? [] : [{ ts: event.ts, value, session: event.session ?? "" }];
    });
  const values = (source: EventSource): number[] => of(source).map(({ value }) => value);

  if (by === "session" && "event" in definition) {
    const events = of(definition).filter(({ session }) => session !== "");
    const visits = unit.exposures
      .filter((each) => isIn(metric, unit, each))
      .map(({ session }) => session ?? "");
    const sessions = new Set(
      [...events.map(({ session }) => session), ...visits].filter((name) => name !== ""),
    );
    const each = [...sessions].flatMap((name) => {
      const own = events.filter(({ session }) => session === name).map(({ value }) => value);
      if (definition.type === "mean") return own.length === 0 ? [] : [sum(own) / own.length];
      if (definition.type === "sum") return [sum(own)];
      return [definition.type === "binary" ? Number(own.length > 0) : own.length];
    });
    return [sum(each.map(capped)), each.length];
  }
  switch (definition.type) {
    case "binary":
    case "retention":
      return [Number(of(definition).length > 0), 1];
    case "count":
      return [capped(of(definition).length), 1];
    case "sum":
      return [capped(sum(values(definition))), 1];
    case "mean": {
      const own = values(definition);
      if (by === "event") return [sum(own.map(capped)), own.length];
      return own.length === 0 ? undefined : [capped(sum(own) / own.length), 1];
    }
    case "ratio": {
      const [above, below] = [definition.numerator, definition.denominator].map((term) =>
        term.aggregate === "count" ? of(term).length : sum(values(term)),
      );
      return [capped(above ?? 0), below ?? 0];
    }
    case "funnel":
      return [Number(canFollow(definition.steps.map((step) => of(step).map(({ ts }) => ts)))), 1];
    case "time_to": {
      const times = of(definition).map(({ ts }) => ts);
      return times.length === 0 ? undefined : [capped((Math.min(...times) - unit.first.ts) / 3_600_000), 1];
    }
    case "percentile": {
      const own = values(definition);
      return own.length === 0 ? undefined : [sum(own), 1];
    }
  }
}

/** Whether one time can be chosen of each step, each later than the one before: all choices are tried. */
function canFollow(steps: readonly (readonly number[])[], after = Number.NEGATIVE_INFINITY): boolean {
  const [times, ...rest] = steps;
  return times === undefined || times.some((time) => time > after && canFollow(rest, time));
}

/** R3. */
const isInTime = ({ first, exposures }: MetricUnit, { ts, at }: MetricRecord): boolean =>
  ts >= first.ts && exposures.some((exposure) => exposure.ts <= ts && exposure.at <= at + waitMsMax);

/** R4, R15. */
function isIn(
  { definition, window }: Metric,
  { first }: MetricUnit,
  { ts, session }: { readonly ts: number; readonly session?: string },
): boolean {
  if (definition.type === "retention")
    return ts >= first.ts + definition.fromDay * dayMs && ts < first.ts + definition.toDay * dayMs;
  switch (window?.type) {
    case undefined:
    case "lifetime":
      return true;
    case "conversion":
      return ts < first.ts + window.hours * 3_600_000;
    case "day":
      return dayOf(ts) === dayOf(first.ts);
    case "session":
      return session !== undefined && session !== "" && session === first.session;
  }
}

/** Of units that count in one variant. */
export function summaryOf(metric: Metric, experimentUnit: string, units: readonly Numbers[]): MetricSummary {
  const counted = units.filter((numbers) => numbers !== undefined);
  const firsts = counted.map(([first]) => first);
  const seconds = counted.map(([, second]) => second);
  const count = counted.length;
  const kind = summaryKind(metric, experimentUnit);
  switch (kind) {
    case "proportion":
      return { kind, count, successes: sum(firsts) };
    case "distribution":
      return { kind, count };
    case "mean":
      return { kind, count, mean: meanOf(firsts), squaredDeviations: cross(firsts, firsts) };
    case "ratio":
      return {
        kind,
        count,
        meanNumerator: meanOf(firsts),
        meanDenominator: meanOf(seconds),
        squaredNumerator: cross(firsts, firsts),
        squaredDenominator: cross(seconds, seconds),
        crossDeviations: cross(firsts, seconds),
      };
  }
}

/** R12: of all metrics that have a covariate, by key; `units` with what each was before the phase. */
export function covariatesOf(
  metrics: readonly Metric[],
  experimentUnit: string,
  units: readonly { readonly numbers: readonly Numbers[]; readonly before: readonly number[] }[],
): { readonly covariates?: Record<string, CovariateMoments> } {
  const entries = metrics.flatMap((metric, index) => {
    if (!hasCovariate(metric, experimentUnit)) return [];
    const { cap } = metric;
    const limit = cap !== undefined && "value" in cap ? cap.value : Number.POSITIVE_INFINITY;
    const pairs = units.flatMap(({ numbers, before }) => {
      const own = numbers[index];
      return own === undefined ? [] : [[own[0], Math.min(before[index] ?? 0, limit)] as const];
    });
    const values = pairs.map(([value]) => value);
    const befores = pairs.map(([, before]) => before);
    const moments: CovariateMoments = {
      count: pairs.length,
      meanValue: meanOf(values),
      meanCovariate: meanOf(befores),
      squaredValue: cross(values, values),
      squaredCovariate: cross(befores, befores),
      crossDeviations: cross(values, befores),
    };
    return [[metric.key, moments] as const];
  });
  return entries.length === 0 ? {} : { covariates: Object.fromEntries(entries) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Around the first value, so that a large offset does not cost the small digits. */
const meanOf = (values: readonly number[]): number => {
  const pivot = values[0] ?? 0;
  return values.length === 0 ? 0 : pivot + sum(values.map((value) => value - pivot)) / values.length;
};
function cross(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  return sum(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB)));
}
