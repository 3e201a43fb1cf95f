import type { EventSource } from "../../protocols/event-source.ts";
import { sourceOf } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { StatementSources } from "./sources.ts";
import type { WindowSql } from "./window.ts";

// A unit's numbers in metrics that no single sum gives: steps in order, and values of sessions.

/** Later than any event. */
const never = "toInt64(9223372036854775807)";

/** 1 where each step came later than the one before: of each, the earliest that does. */
export function funnelSql(steps: readonly string[]): string {
  const last = steps.reduce((before, step) => {
    const times = `groupArrayIf(toUnixTimestamp64Milli(e.ts), ${step})`;
    const later = before === "" ? times : `arrayFilter(t -> t > ${before}, ${times})`;
    return `arrayMin(arrayPushBack(${later}, ${never}))`;
  }, "");
  return `toFloat64(${last} < ${never})`;
}

/** The condition of the joined row under which its event counts, source by source. */
export type CountsIf = (source: EventSource) => string;

interface SessionScope {
  readonly sources: StatementSources;
  readonly counts: CountsIf;
  readonly within: WindowSql;
  readonly cap: string | undefined;
}

/** Σ of a unit's values by session, and how many sessions it had. */
export function sessionsSql(
  { definition }: Metric,
  index: number,
  { sources, counts, within, cap }: SessionScope,
): { readonly y: string; readonly z: string } {
  const source = sourceOf(definition);
  const map = `m${index}_sessions`;
  const sums = `sumMapIf([e.session], [${sources.of(source).value}], [toUInt64(1)], ${counts(source)} AND e.session != '') AS ${map}`;
  const capped = (value: string): string =>
    cap === undefined ? value : `least(toFloat64(${value}), ${cap})`;
  const each = { binary: "1", count: "n", mean: "v / n" }[definition.type as string] ?? "v";
  const own = `arraySum(arrayMap((v, n) -> toFloat64(${capped(each)}), ${map}.2, ${map}.3))`;
  if (definition.type === "mean") return { z: `${sums}, toFloat64(length(${map}.1))`, y: own };
  const visits = `arrayMap(p -> p.1, arrayFilter(p -> true${within("p.2", "p.1", "any(x.t0)", "any(x.first_session)")}, any(x.visits)))`;
  const all = `length(arrayDistinct(arrayConcat(${map}.1, ${visits})))`;
  // Sessions without an event have the value 0, which a cap below 0 lowers as well.
  const rest = cap === undefined ? "" : ` + (z${index} - length(${map}.1)) * least(0., ${cap})`;
  return { z: `${sums}, toFloat64(${all})`, y: `${own}${rest}` };
}
