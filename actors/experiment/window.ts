import { hash64 } from "../../protocols/hash64.ts";
import type { MetricWindow } from "../../protocols/metric.ts";
import { dayOf } from "./tally-sums.ts";

/** Whether an event at or after t0 lies in a metric's window. Sessions are hashes; 0 is none. */
export function isInWindow(
  window: MetricWindow,
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
  }
}

/** A session's name as a number of 53 bits: the few that one unit has are told apart, and a column holds it. */
export function sessionHash(session: string | undefined): number {
  if (session === undefined) return 0;
  const { high, low } = hash64(session);
  return (high >>> 11) * 2 ** 32 + low + 1;
}
