/** How units come: as they did, and after that as they came last. */
export interface Traffic {
  /** New units in the experiment, by day; then `perDay` on each further one. */
  readonly days: readonly number[];
  readonly perDay: number;
}

/** Longer than ten years is not a plan. */
export const planDaysMax = 3_650;
/** The mean of the last week goes on: weekdays differ, and those who come back are not new again. */
const lastDays = 7;

export const steady = (perDay: number): Traffic => ({ days: [], perDay });

/** `newUnits`: by day, oldest first, whole days only. */
export function asBefore(newUnits: readonly number[], share: number): Traffic {
  const days = newUnits.map((units) => units * share);
  const last = days.slice(-lastDays);
  return { days, perDay: last.length === 0 ? 0 : last.reduce((sum, units) => sum + units, 0) / last.length };
}

export function unitsBy({ days, perDay }: Traffic, day: number): number {
  const known = days.slice(0, day).reduce((sum, units) => sum + units, 0);
  return known + Math.max(0, day - days.length) * perDay;
}

/** Whole days until so many are there; undefined when it would take more than ten years. */
export function daysUntil(traffic: Traffic, units: number): number | undefined {
  let sum = 0;
  for (const [index, count] of traffic.days.entries()) {
    sum += count;
    if (sum >= units) return index + 1;
  }
  if (!(traffic.perDay > 0)) return undefined;
  const days = traffic.days.length + Math.ceil((units - sum) / traffic.perDay);
  return days > planDaysMax ? undefined : days;
}

const usualDays = [1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28, 35, 42, 49, 56, 70, 84, 112, 140, 182, 273, 365];

/** The days of a curve that ends after `last`. */
export const curveDays = (last: number): number[] => [...usualDays.filter((day) => day < last), last];
