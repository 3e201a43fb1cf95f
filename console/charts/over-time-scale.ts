import { scaleLinear } from "d3-scale";
import type { TimelineLook } from "../../protocols/timeline.ts";
import { reachOf } from "./reach.ts";

/** What one look said of one variant. */
export interface EffectThen {
  readonly at: number;
  readonly units: number;
  readonly planVersion: number;
  readonly difference: number;
  readonly interval: readonly [number, number];
}

/** The looks of one phase at one metric, by variant, oldest first. */
export function effectsOver(
  looks: readonly TimelineLook[],
  phase: number,
  metric: string,
): ReadonlyMap<string, readonly EffectThen[]> {
  const found = new Map<string, EffectThen[]>();
  for (const { at, units, planVersion, effects, ...look } of looks) {
    if (look.phase !== phase) continue;
    for (const { variant, difference, interval, ...effect } of effects) {
      if (effect.metric !== metric) continue;
      const known = found.get(variant) ?? [];
      known.push({ at, units, planVersion, difference, interval });
      found.set(variant, known);
    }
  }
  return found;
}

export const metricsIn = (looks: readonly TimelineLook[]): readonly string[] => [
  ...new Set(looks.flatMap(({ effects }) => effects.map(({ metric }) => metric))),
];

/** Positions in 0–1 000 of both directions; later is right, larger is up. */
export interface TimeScale {
  readonly x: (at: number) => number;
  readonly y: (difference: number) => number;
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The first looks are wide beyond use; what comes after them decides the height. */
const reachFactor = 3;

/** One scale for all variants, so that they may be compared by eye. */
export function timeScale(series: Iterable<readonly EffectThen[]>): TimeScale {
  const all = [...series].flat();
  const times = all.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const intervals = all.map(({ interval }) => interval);
  const bound = reachOf(intervals, reachFactor) || 1;
  const y = scaleLinear([-bound, bound], [1_000, 0]).clamp(true);
  return {
    x: (at) => (to === from ? 1_000 : ((at - from) / (to - from)) * 1_000),
    y: (difference) => y(difference),
    ticks: y.ticks(4),
    from,
    to,
  };
}
