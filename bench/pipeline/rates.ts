import { atMost, below, type BenchRow, type Goal } from "../report.ts";
import type { Lag } from "./lag.ts";
import { take, type Site, type Stretch } from "./site.ts";
import type { Scene } from "./traffic.ts";
import { parts } from "./usage.ts";

// Events at a rate that does not ask whether answers come: for minutes, or in a burst.

/** A clock of a millisecond and a last request that is due at the end: what is offered may miss the rate by this much. */
const rateTolerance = 0.99;
/** A sink takes half a second's rows at once, so its lag is a saw: the line through it may rise by a hundredth. */
const growthMax = 0.01;

export interface RateOptions {
  readonly scene: Scene;
  readonly name: string;
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** No goals: it is what we aim at. */
  readonly isAim?: boolean;
}

export interface Rated {
  readonly stretch: Stretch;
  readonly rows: readonly BenchRow[];
}

export async function measureRate(site: Site, options: RateOptions): Promise<Rated> {
  const { scene, name, eventsPerSecond, seconds, isAim = false } = options;
  const stretch = await take(site, scene, { kind: "mixture", ms: seconds * 1_000, eventsPerSecond });
  const { load, lags, levelSeconds } = stretch;
  const rate = rateOf(stretch);
  const goal = (of: Goal): { goal?: Goal } => (isAim ? {} : { goal: of });
  const refused = Object.values(load.refused).reduce((sum, count) => sum + count, 0);
  const rows: BenchRow[] = [
    {
      case: `${name}: acknowledged`,
      value: rate,
      unit: "events/s",
      ...goal({ text: `≥ ${eventsPerSecond / 1_000} k`, met: rate >= eventsPerSecond * rateTolerance }),
    },
    { case: `${name}: requests refused`, value: refused, unit: "requests", ...goal(atMost(refused, 0)) },
    { case: `${name}: p50 of requests of 500`, value: load.p50Ms, unit: "ms" },
    { case: `${name}: p99 of requests of 500`, value: load.p99Ms, unit: "ms" },
    { case: `${name}: all counted after the last answer`, value: levelSeconds, unit: "s" },
  ];
  return {
    stretch,
    rows: [...rows, ...lagRows(name, "folds", lags.folds), ...lagRows(name, "ClickHouse", lags.sink)],
  };

  function lagRows(of: string, reader: string, { worst, growth }: Lag): BenchRow[] {
    return [
      { case: `${of}: ${reader} behind, worst`, value: worst, unit: "s" },
      {
        case: `${of}: ${reader} behind, growth`,
        value: growth,
        unit: "s/s",
        ...goal(below(growth, growthMax)),
      },
    ];
  }
}

export const rateOf = ({ load }: Stretch): number => (load.acknowledged / load.ms) * 1_000;

/** Where the time went, and the memory. */
export function usageRows(name: string, { load, usage, wholeUsage }: Stretch): BenchRow[] {
  const perEvent = parts.map((part) => wholeUsage.cpuMicros[part] / load.acknowledged);
  const total = perEvent.reduce((sum, micros) => sum + micros, 0);
  return [
    ...parts.map((part, index): BenchRow => ({
      case: `${name}: CPU, ${part} (${(usage.cpuMicros[part] / usage.ms / 1_000).toFixed(2)} cores)`,
      value: perEvent[index] ?? Number.NaN,
      unit: "µs/event",
    })),
    { case: `${name}: CPU, all`, value: total, unit: "µs/event" },
    ...parts.map((part): BenchRow => ({
      case: `${name}: RSS, ${part}`,
      value: usage.megabytes[part],
      unit: "MB",
    })),
  ];
}
