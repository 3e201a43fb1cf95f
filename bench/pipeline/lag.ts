import type { PipelinePosition } from "../../protocols/pipeline.ts";
import { slopeOf, type Point } from "../figures.ts";
import type { World } from "./world.ts";

// How far the readers of the log are behind it, over time.

const everyMs = 1_000;
const levelPollMs = 100;

export interface Lag {
  /** Seconds behind, at the worst. */
  readonly worst: number;
  /** Seconds behind for each second that passes, in the second half: above 0, it would grow for ever. */
  readonly growth: number;
}

export interface Lags {
  readonly folds: Lag;
  readonly sink: Lag;
}

interface Look {
  /** Seconds, from any point in time. */
  readonly at: number;
  readonly newest: number;
  readonly folds: number;
  readonly sink: number;
}

/** Looks once a second until told to stop. */
export function watchLag(world: World, environment: string): () => Promise<Lags> {
  const looks: Look[] = [];
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const look = await lookAt(world, environment);
      if (look !== undefined) looks.push(look);
      await pause(everyMs);
    }
  })();
  return async () => {
    stopped.abort();
    await watching;
    return { folds: lagOf(looks, (look) => look.folds), sink: lagOf(looks, (look) => look.sink) };
  };
}

/** Until folds and ClickHouse have all that the log has; seconds. */
export async function untilLevel(world: World, environment: string, secondsMax: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const look = await lookAt(world, environment);
    const seconds = (performance.now() - startMs) / 1_000;
    if (look !== undefined && look.folds >= look.newest && look.sink >= look.newest) return seconds;
    if (seconds > secondsMax) throw new Error(`not level after ${secondsMax} s: ${JSON.stringify(look)}`);
    await pause(levelPollMs);
  }
}

/** Who is pressed may not answer in time, a fold or the sink by a position of 0: one look less. */
async function lookAt({ api }: World, environment: string): Promise<Look | undefined> {
  const path = `/v1/environments/${environment}/pipeline`;
  const position = await api.call<PipelinePosition>("GET", path).catch(() => undefined);
  if (position === undefined) return undefined;
  const isWhole = position.warehouse > 0 && position.partitions.every(({ folded }) => folded > 0);
  if (!isWhole) return undefined;
  const newest = Math.max(...position.partitions.map(({ stream }) => stream));
  // A partition that is level is as far as the newest of all.
  const folds = position.partitions.map(({ stream, folded }) => (folded >= stream ? newest : folded));
  return { at: performance.now() / 1_000, newest, folds: Math.min(...folds), sink: position.warehouse };
}

/** Positions are turned into seconds: how long ago the log was no further than the reader is now. */
export function lagOf(looks: readonly Look[], position: (look: Look) => number): Lag {
  const points: Point[] = looks.map((look) => ({
    x: look.at,
    y: look.at - timeOf(looks, position(look), look),
  }));
  const half = points.slice(points.length >> 1);
  return { worst: Math.max(0, ...points.map(({ y }) => y)), growth: slopeOf(half) };
}

function timeOf(looks: readonly Look[], position: number, present: Look): number {
  if (position >= present.newest) return present.at;
  const later = looks.findIndex(({ newest }) => newest > position);
  const [after, before] = [looks[later], looks[later - 1]];
  if (after === undefined || before === undefined) return after?.at ?? present.at;
  const share = (position - before.newest) / (after.newest - before.newest);
  return before.at + share * (after.at - before.at);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
