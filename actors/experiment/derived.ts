import type { MetricType } from "../../protocols/metric.ts";
import { ExactSum } from "../../analytics/statistics/exact-sum.ts";
import { isInWindow, type Window } from "./window.ts";

// Metrics whose numbers are no sums of what each event adds, but follow from all of a unit's events together.

/** The numbers of one unit in one metric, event by event in any order. */
export interface Accumulator {
  add(name: number, ts: number, value: number, session: number): void;
  readonly first: number;
  readonly second: number;
}

export interface Derivation {
  /** Whether exposures, too, say which sessions a unit had, and events without a session say nothing. */
  readonly isBySession: boolean;
  begin(numberOf: (source: string) => number, startedAt: number, ownSession: number): Accumulator;
}

/** Of exposures among the kept events; no source of events has this number. */
export const visitName = 65_535;

/** 1 once there was each step, later than the one before. */
export const funnelOf = (steps: readonly string[], window: Window): Derivation => ({
  isBySession: false,
  begin: (numberOf, startedAt, ownSession) =>
    new FunnelSteps(steps.map(numberOf), (ts, session) =>
      isInWindow(window, startedAt, ownSession, ts, session),
    ),
});

/** Σ of the sessions' values, and how many sessions: those with a value only, where a session may have none. */
export const sessionsOf = (type: MetricType, window: Window, cap: number): Derivation => ({
  isBySession: true,
  begin: (_, startedAt, ownSession) =>
    new SessionValues(type, cap, (ts, session) => isInWindow(window, startedAt, ownSession, ts, session)),
});

type IsIn = (ts: number, session: number) => boolean;

/** The earliest possible moment of each step decides: no other choice reaches further. */
class FunnelSteps implements Accumulator {
  readonly #names: readonly number[];
  readonly #isIn: IsIn;
  /** Of each step, when it happened, in order. Nothing more is kept once all were reached: that does not pass. */
  #times: number[][];
  #isReached = false;

  constructor(names: readonly number[], isIn: IsIn) {
    this.#names = names;
    this.#isIn = isIn;
    this.#times = names.map(() => []);
  }

  get first(): number {
    return Number(this.#isReached);
  }

  get second(): number {
    return 0;
  }

  add(name: number, ts: number, _value: number, session: number): void {
    if (this.#isReached || !this.#isIn(ts, session)) return;
    for (const [step, times] of this.#times.entries())
      if (this.#names[step] === name) {
        const place = placeAfter(times, ts);
        if (times[place - 1] !== ts) times.splice(place, 0, ts);
      }
    this.#isReached = this.#isEachReached();
    if (this.#isReached) this.#times = [];
  }

  #isEachReached(): boolean {
    let reached = Number.NEGATIVE_INFINITY;
    for (const times of this.#times) {
      const next = times[placeAfter(times, reached)];
      if (next === undefined) return false;
      reached = next;
    }
    return true;
  }
}

/** The place of the first time later than that. */
function placeAfter(times: readonly number[], ts: number): number {
  let low = 0;
  let high = times.length;
  if (high > 0 && (times[high - 1] as number) <= ts) return high; // mostly, as time goes on
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

class SessionValues implements Accumulator {
  readonly #type: MetricType;
  readonly #cap: number;
  readonly #isIn: IsIn;
  readonly #sessions = new Map<number, { sum: number; count: number }>();
  readonly #total = new ExactSum();
  #counted = 0;

  constructor(type: MetricType, cap: number, isIn: IsIn) {
    this.#type = type;
    this.#cap = cap;
    this.#isIn = isIn;
  }

  get first(): number {
    return this.#total.value;
  }

  get second(): number {
    return this.#counted;
  }

  add(name: number, ts: number, value: number, session: number): void {
    if (session === 0 || !this.#isIn(ts, session)) return;
    let own = this.#sessions.get(session);
    if (own === undefined) {
      own = { sum: 0, count: 0 };
      this.#sessions.set(session, own);
    } else this.#count(own, -1);
    if (name !== visitName) {
      own.sum += value;
      own.count++;
    }
    this.#count(own, 1);
  }

  #count({ sum, count }: { readonly sum: number; readonly count: number }, sign: 1 | -1): void {
    if (this.#type === "mean" && count === 0) return;
    this.#counted += sign;
    this.#total.add(sign * Math.min(this.#valueOf(sum, count), this.#cap));
  }

  #valueOf(sum: number, count: number): number {
    switch (this.#type) {
      case "binary":
        return Math.min(1, count);
      case "count":
        return count;
      case "mean":
        return sum / count;
      default:
        return sum;
    }
  }
}
