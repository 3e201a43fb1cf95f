import { tunedForDefault } from "../../protocols/resolved-plan.ts";
import type { PlannedMonitoring } from "../../protocols/power.ts";
import type { PlanRefusal } from "../../protocols/power-answer.ts";
import { tPower, zPower } from "../statistics/planning/power.ts";
import { boundaries, regionsOf } from "../statistics/sequential/boundaries.ts";
import type { Region } from "../statistics/sequential/continuation.ts";
import { crossing } from "../statistics/sequential/crossing.ts";
import { exactRhoSquared, mixtureMultiplier } from "../statistics/sequential/mixture.ts";
import { spendingOf } from "../statistics/sequential/spending.ts";
import { findRoot, normalSf, normalUpperQuantile } from "../statistics/special/special.ts";

/** The arms of one comparison. */
export interface ArmSizes {
  readonly control: number;
  readonly variant: number;
}

/**
 * How a way of looking behaves. `shift`: the true difference from what is to be ruled out, in standard errors at the end.
 * All are two-sided rules; only crossings on the true side count as found.
 */
export interface Monitor {
  /** `scale`: of the critical value (comparison.ts, `pooledScale`). */
  powerAt(arms: ArmSizes, shift: number, scale: number): number;
  /** Of `arms` together, the mean share that is there at the stop. */
  meanShare(arms: ArmSizes, shift: number): number;
  /** The shift at which the power is there; undefined when it is there without any. */
  shiftFor(arms: ArmSizes, power: number, scale: number): number | undefined;
}

interface MonitoredMetric {
  readonly isMean: boolean;
  /** As of the comparison. */
  readonly grows: boolean;
}

/** With more units the t is the normal, to six digits. */
const studentUnitsMax = 20_000;
/** In standard errors: six digits of what can be found. */
const shiftTolerance = 1e-7;

/** A plan asks the same of many metrics, and a look's probabilities take milliseconds. */
const known = new Map<string, Monitor | PlanRefusal>();
const knownMax = 100;
const shiftsMax = 1_000;

export function monitorOf(
  monitoring: PlannedMonitoring,
  alpha: number,
  metric: MonitoredMetric,
): Monitor | PlanRefusal {
  const key = JSON.stringify([monitoring, alpha, metric]);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= knownMax) known.delete(known.keys().next().value ?? "");
  const made = makeMonitor(monitoring, alpha, metric);
  known.set(key, made);
  return made;
}

function makeMonitor(
  monitoring: PlannedMonitoring,
  alpha: number,
  { isMean, grows }: MonitoredMetric,
): Monitor | PlanRefusal {
  switch (monitoring.kind) {
    case "fixed":
      return fixed(alpha, isMean);
    case "group_sequential":
      return groupSequential(monitoring, alpha, grows);
    case "always_valid":
      return alwaysValid(monitoring, alpha);
  }
}

function fixed(alpha: number, isMean: boolean): Monitor {
  const critical = normalUpperQuantile(alpha / 2);
  const isNormal = ({ control, variant }: ArmSizes): boolean =>
    !isMean || control + variant > studentUnitsMax;
  function powerAt(arms: ArmSizes, shift: number, scale: number): number {
    if (isNormal(arms)) return normalSf(critical * scale - shift);
    const { control, variant } = arms;
    const ratio = variant / control;
    const effectSize = shift / Math.sqrt((control * ratio) / (1 + ratio));
    const comparison = { effectSize, alpha: alpha / 2, sides: 1, ratio } as const;
    return tPower(control, comparison) ?? zPower(control, comparison) ?? 0;
  }
  return {
    powerAt,
    meanShare: () => 1,
    shiftFor(arms, power, scale) {
      const plain = critical * scale - normalUpperQuantile(power);
      if (isNormal(arms)) return plain > 0 ? plain : undefined;
      return findRoot((shift) => powerAt(arms, shift, scale) - power, 0, 2 * plain + 100, shiftTolerance);
    },
  };
}

/** The looks of a plan as parts of its end, and when it stops at each. */
export function groupSequentialBoundaries(
  { looks, spending, parameter }: Extract<PlannedMonitoring, { kind: "group_sequential" }>,
  alpha: number,
  grows: boolean,
) {
  const times = Array.from({ length: looks }, (_, index) => (index + 1) / looks);
  const shape = { kind: "spending", spending: spendingOf(spending, parameter) } as const;
  return boundaries({ shape, times, alpha, sides: 2, increments: grows ? "any" : "independent" });
}

function groupSequential(
  plan: Extract<PlannedMonitoring, { kind: "group_sequential" }>,
  alpha: number,
  grows: boolean,
): Monitor | PlanRefusal {
  const made = groupSequentialBoundaries(plan, alpha, grows);
  if (made.kind !== "boundaries") return { kind: "no_design", reason: made.kind };
  const regions = regionsOf(made);
  return sequential(() => regions);
}

function alwaysValid(
  { tunedFor = tunedForDefault, looks }: Extract<PlannedMonitoring, { kind: "always_valid" }>,
  alpha: number,
): Monitor {
  const rhoSquared = exactRhoSquared(tunedFor, alpha);
  return sequential((units) =>
    Array.from({ length: looks }, (_, index) => {
      const time = (index + 1) / looks;
      const upper = mixtureMultiplier(units * time * rhoSquared, alpha);
      return { time, lower: -upper, upper };
    }),
  );
}

function sequential(regionsAt: (units: number) => readonly Region[]): Monitor {
  const shifts = new Map<string, number | undefined>();
  const powerOf = (regions: readonly Region[], shift: number): number =>
    crossing(regions, shift).upper.reduce((sum, each) => sum + each, 0);
  return {
    powerAt: ({ control, variant }, shift) => powerOf(regionsAt(control + variant), shift),
    meanShare({ control, variant }, shift) {
      const regions = regionsAt(control + variant);
      const { upper, lower } = crossing(regions, shift);
      let [rest, share] = [1, 0];
      for (const [index, { time }] of regions.entries()) {
        const stopped = index === regions.length - 1 ? rest : (upper[index] ?? 0) + (lower[index] ?? 0);
        share += time * stopped;
        rest -= stopped;
      }
      return share;
    },
    shiftFor({ control, variant }, power) {
      const key = `${control + variant}/${power}`;
      if (shifts.has(key)) return shifts.get(key);
      if (shifts.size >= shiftsMax) shifts.delete(shifts.keys().next().value ?? "");
      const regions = regionsAt(control + variant);
      const excess = (shift: number): number => powerOf(regions, shift) - power;
      // The last look alone has the power there, so all of them have it before.
      const high = Math.max(0.1, (regions.at(-1)?.upper ?? 0) - normalUpperQuantile(power) + shiftTolerance);
      const low = excess(high * 0.7) < 0 ? high * 0.7 : 0;
      const shift = findRoot(excess, low, high, shiftTolerance);
      shifts.set(key, shift);
      return shift;
    },
  };
}
