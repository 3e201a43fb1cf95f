import assert from "node:assert/strict";
import { test } from "node:test";
import type { Monitor } from "../../protocols/scorecard.ts";
import type { TimelinePoint } from "../../protocols/monitor.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { handleMonitor, monitorBehaviour, pointsMax, type MonitorState } from "./monitor.ts";

const monitor = (members: Partial<Monitor> = {}): Monitor => ({
  phase: 1,
  planVersion: 1,
  cells: { "b/buy": { p: 0.2, low: -1, high: 2, looks: 1 } },
  sampleRatioP: 1,
  plannedLooks: [],
  ...members,
});
const point = (at: number): TimelinePoint => ({
  at: at as EpochMs,
  phase: 1,
  planVersion: 1,
  units: at,
  cells: { "b/buy": [0.5, -1, 2, 0.2] },
});

function looked(state: MonitorState, next: Monitor, at = 1): MonitorState {
  const { events } = handleMonitor(state, { type: "look", monitor: next, point: point(at) });
  return events.reduce(
    (known, event) => monitorBehaviour.apply(known, event, { sequence: at, time: at as EpochMs }),
    state,
  );
}
const empty = monitorBehaviour.init("shop/checkout");

test("a minimum once seen stays, and an interval only shrinks, whoever looks next", () => {
  const first = looked(empty, monitor());
  const wider = looked(first, monitor({ cells: { "b/buy": { p: 0.9, low: -3, high: 1, looks: 5 } } }), 2);
  assert.deepEqual(wider.monitor?.cells["b/buy"], { p: 0.2, low: -1, high: 1, looks: 5 });
});

test("a new plan begins anew, and a look under an older one changes nothing", () => {
  const second = looked(looked(empty, monitor()), monitor({ planVersion: 2, cells: {} }), 2);
  assert.deepEqual(second.monitor?.cells, {});
  assert.equal(looked(second, monitor(), 3), second);
});

test("a planned look that was taken is not taken again", () => {
  const look = (z: number) => ({
    at: 1 as EpochMs,
    units: 100,
    information: 0.5,
    cells: { "b/buy": [z, 1] as const },
  });
  const first = looked(empty, monitor({ plannedLooks: [look(2.1)] }));
  const again = looked(first, monitor({ plannedLooks: [look(3.3), look(2.5)] }), 2);
  assert.deepEqual(
    again.monitor?.plannedLooks.map(({ cells }) => cells["b/buy"]?.[0]),
    [2.1, 2.5],
  );
});

test("the curve keeps its first and its newest point, within its bound", () => {
  let state = empty;
  for (let at = 1; at <= 3 * pointsMax; at++) state = looked(state, monitor(), at);
  assert.ok(state.points.length <= pointsMax);
  assert.equal(state.points[0]?.at, 1);
  assert.equal(state.points.at(-1)?.at, 3 * pointsMax);
});
