import type { Behaviour, Step } from "../../runtime/index.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import { MonitorMessage, type MonitorView, type TimelinePoint } from "../../protocols/monitor.ts";
import type { Monitor } from "../../protocols/scorecard.ts";
import { kinds } from "../../protocols/topology.ts";

// What earlier looks at an experiment found: the running minimum of each p-value, the common part of each interval, the
// planned looks that were taken. It outlives every process, since a minimum that is forgotten could be reported anew.

/** Enough for a curve over the whole life of an experiment; beyond it every other point goes, so early ones lie further apart. */
export const pointsMax = 400;

export type MonitorState = MonitorView;

export interface MonitorEvent {
  readonly kind: "looked";
  readonly monitor: Monitor;
  readonly point: TimelinePoint;
}

type MonitorStep = Step<MonitorEvent, never, Failure>;

export const monitorBehaviour: Behaviour<MonitorState, MonitorMessage, MonitorEvent, never, Failure> = {
  kind: kinds.monitor,
  version: 1,
  accepts: (key) => key.includes("/"),
  init: () => ({ points: [] }),
  parse: (message) => MonitorMessage.parse(message),
  handle: handleMonitor,
  apply: (state, { monitor, point }) => ({ monitor, points: thinned([...state.points, point]) }),
};

export function handleMonitor(state: MonitorState, message: MonitorMessage): MonitorStep {
  switch (message.type) {
    case "get":
      return { events: [], reply: succeed(state) };
    case "look": {
      const monitor = combined(state.monitor, message.monitor);
      const reply = succeed({ monitor, points: [] } satisfies MonitorView);
      return monitor === state.monitor
        ? { events: [], reply }
        : { events: [{ kind: "looked", monitor, point: message.point }], reply };
    }
  }
}

/**
 * Two hosts may have looked at once for a moment. Of the same plan all of both counts: the smaller p, the common part, the
 * planned looks of whoever took them first. An older plan's look changes nothing.
 */
function combined(present: Monitor | undefined, next: Monitor): Monitor {
  if (present === undefined || isNewer(next, present)) return next;
  if (isNewer(present, next)) return present;
  const cells = { ...present.cells };
  for (const [name, cell] of Object.entries(next.cells)) {
    const known = cells[name];
    cells[name] =
      known === undefined
        ? cell
        : {
            p: Math.min(known.p, cell.p),
            low: Math.max(known.low, cell.low),
            high: Math.min(known.high, cell.high),
            looks: Math.max(known.looks, cell.looks),
          };
  }
  return {
    phase: next.phase,
    planVersion: next.planVersion,
    cells,
    sampleRatioP: Math.min(present.sampleRatioP, next.sampleRatioP),
    plannedLooks: [...present.plannedLooks, ...next.plannedLooks.slice(present.plannedLooks.length)],
  };
}

const isNewer = (a: Monitor, b: Monitor): boolean =>
  a.phase > b.phase || (a.phase === b.phase && a.planVersion > b.planVersion);

/** The first and the newest always stay. */
function thinned(points: readonly TimelinePoint[]): readonly TimelinePoint[] {
  if (points.length <= pointsMax) return points;
  return points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
}
