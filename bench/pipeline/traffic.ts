import { hash } from "node:crypto";
import { sequenceOf } from "../evaluation/users.ts";
import { serialMark } from "../gateway/requests.ts";

// What clients send, made up once and sent over and over: only the ids are new each time.
//   T1. Every unit is exposed before anything else is sent. So each event counts in every experiment that its unit is in
//       and that reads its name, and how many that is can be said beforehand.

export const eventsPerRequest = 500;
export const unitCount = 100_000;
/** Different bodies: as many events as there are units. */
const bodies = unitCount / eventsPerRequest;
const exposureEvery = 10;

/** One experiment that reads the one event there is; or a hundred, of which each event has ten and each unit is in three. */
export interface Scene {
  readonly environment: string;
  readonly experiments: readonly string[];
  /** Experiment `i` reads event `i` modulo their number. */
  readonly events: readonly string[];
}

export const oneExperiment: Scene = {
  environment: "bench",
  experiments: ["bench-experiment"],
  events: ["buy"],
};

export const hundredExperiments: Scene = {
  environment: "bench-hundred",
  experiments: Array.from({ length: 100 }, (_, index) => `experiment-${index}`),
  events: Array.from({ length: 10 }, (_, index) => `event-${index}`),
};

export const unitIdOf = (index: number): string => hash("sha256", String(index), "base64url").slice(0, 22);

export interface Body {
  readonly text: string;
  readonly exposures: number;
  readonly metrics: number;
  /** Events, as often as an experiment counts them. */
  readonly counted: number;
}

/** Each unit's exposure to each of its experiments. `run` goes into the ids, whose other part is new with each request. */
export function exposureBodies(scene: Scene, run: string): Body[] {
  const memberships = membershipsOf(scene);
  const exposures = Array.from({ length: unitCount * memberships }, (_, index) => ({
    unit: Math.floor(index / memberships),
    nth: index % memberships,
  }));
  const count = exposures.length / eventsPerRequest;
  return Array.from({ length: count }, (_, body) => {
    const own = exposures.slice(body * eventsPerRequest, (body + 1) * eventsPerRequest);
    const events = own.map(({ unit, nth }, index) =>
      exposure(scene, `${run}-${serialMark}-${index}`, unit, nth),
    );
    return { text: `[${events.join(",")}]`, exposures: own.length, metrics: 0, counted: 0 };
  });
}

/** One in ten an exposure once more, the others of any unit and any name. */
export function mixedBodies(scene: Scene, run: string): Body[] {
  const next = sequenceOf(11);
  return Array.from({ length: bodies }, () => {
    let counted = 0;
    const events = Array.from({ length: eventsPerRequest }, (_, index) => {
      const id = `${run}-${serialMark}-${index}`;
      const unit = Math.floor(next(unitCount));
      if (index % exposureEvery === 0)
        return exposure(scene, id, unit, Math.floor(next(membershipsOf(scene))));
      const name = Math.floor(next(scene.events.length));
      counted += readersOf(scene, unit, name);
      const value = Math.round(next(20_000)) / 100;
      return `{"id":"${id}","type":"metric","unitId":"${unitIdOf(unit)}","eventName":"${scene.events[name] ?? ""}","value":${value}}`;
    });
    const exposures = eventsPerRequest / exposureEvery;
    return { text: `[${events.join(",")}]`, exposures, metrics: eventsPerRequest - exposures, counted };
  });
}

function exposure(scene: Scene, id: string, unit: number, nth: number): string {
  const experiment = scene.experiments[experimentOf(scene, unit, nth)] ?? "";
  const variant = unit % 2 === 0 ? "control" : "treatment";
  return `{"id":"${id}","type":"exposure","unitId":"${unitIdOf(unit)}","experimentKey":"${experiment}","variant":"${variant}"}`;
}

const membershipsOf = ({ experiments }: Scene): number => Math.min(3, experiments.length);

const experimentOf = ({ experiments }: Scene, unit: number, nth: number): number =>
  (unit * 31 + nth * 7) % experiments.length;

function readersOf(scene: Scene, unit: number, name: number): number {
  let readers = 0;
  for (let nth = 0; nth < membershipsOf(scene); nth++)
    if (experimentOf(scene, unit, nth) % scene.events.length === name) readers++;
  return readers;
}
