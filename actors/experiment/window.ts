import { hash64 } from "../../protocols/hash64.ts";
import type { Metric, MetricWindow } from "../../protocols/metric.ts";

/** As the metric says it, or a time after t0 from … to. */
export type Window = MetricWindow | { readonly type: "span"; readonly fromMs: number; readonly toMs: number };

export const lifetime: Window = { type: "lifetime" };
const dayMs = 86_400_000;
/** UTC. */
export const dayOf = (ts: number): number => Math.floor(ts / dayMs);

export function windowOf({ definition, window }: Metric): Window {
  if (definition.type === "retention")
    return { type: "span", fromMs: definition.fromDay * dayMs, toMs: definition.toDay * dayMs };
  return window === undefined || window.type === "lifetime" ? lifetime : window;
}

/** Whether an event at or after t0 lies in a metric's window. Sessions are hashes; 0 is none. */
export function isInWindow(
  window: Window,
  startedAt: number,
  ownSession: number,
  ts: number,
  session: number,
): boolean {
  switch (window.type) {
    case "lifetime":
      return true;
    case "conversion":
      return ts < startedAt + window.hours * 3_600_000;
    case "day":
      return dayOf(ts) === dayOf(startedAt);
    case "session":
      return session !== 0 && session === ownSession;
    case "span":
      return ts >= startedAt + window.fromMs && ts < startedAt + window.toMs;
  }
}

/** Whether an event that lies outside of a window now may come to lie in it: t0 only ever moves back. */
export function mayComeIn(window: Window, startedAt: number, ts: number, session: number): boolean {
  switch (window.type) {
    case "session":
      return session !== 0;
    case "span":
      return ts < startedAt + window.fromMs;
    default:
      return false;
  }
}

/** A session's name as a number of 53 bits: the few that one unit has are told apart, and a column holds it. */
export function sessionHash(session: string | undefined): number {
  if (session === undefined || session === "") return 0;
  const { high, low } = hash64(session);
  return (high >>> 11) * 2 ** 32 + low + 1;
}
