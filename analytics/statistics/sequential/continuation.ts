import { gaussLegendre, normalDensity, normalSf } from "../special/special.ts";

// Where a monitored test statistic may be while no boundary has been crossed. B(t) = Z √t is a Brownian motion with
// drift; its sub-density at a look is held at Gauss-Legendre nodes, as probability masses, and carried from look to
// look by the normal density of the increment (Armitage, McPherson & Rowe 1969).

/** The stopping rule at a look: it goes on while lower < Z < upper. ±Infinity stands for no boundary. */
export interface Region {
  readonly time: number;
  readonly lower: number;
  readonly upper: number;
}

/** The paths that have not stopped. Before the first look: one mass of 1 at 0. */
export interface Continuation {
  readonly time: number;
  readonly nodes: Float64Array;
  readonly masses: Float64Array;
}

const nodesPerPanel = 16;
/** In standard deviations of the narrower increment: 16 nodes integrate the product of two of them to 1e-12. */
const panelWidth = 4;
/** An open side ends here, in standard deviations of Z: beyond is 1e-21 of the mass. */
const openWidth = 9.5;
/** A boundary further out cannot be crossed in doubles. */
const boundaryMax = 40;
/** Above this many nodes, pairs too far apart to matter are passed over. */
const bandFrom = 600;
const bandWidth = 12;

export const beforeFirstLook: Continuation = {
  time: 0,
  nodes: new Float64Array([0]),
  masses: new Float64Array([1]),
};

/** P(not stopped before, Z > z at `time`). */
export function upperCrossing(from: Continuation, time: number, z: number, drift: number): number {
  return tail(from, time, z, drift, 1);
}

/** P(not stopped before, Z < z at `time`). */
export function lowerCrossing(from: Continuation, time: number, z: number, drift: number): number {
  return tail(from, time, z, drift, -1);
}

function tail(from: Continuation, time: number, z: number, drift: number, side: 1 | -1): number {
  if (z === side * Number.POSITIVE_INFINITY) return 0;
  const step = time - from.time;
  const sd = Math.sqrt(step);
  const edge = z * Math.sqrt(time) - drift * step;
  let sum = 0;
  for (let index = 0; index < from.nodes.length; index++)
    sum += (from.masses[index] ?? 0) * normalSf((side * (edge - (from.nodes[index] ?? 0))) / sd);
  return sum;
}

/** The density of Z at `time` among the paths not stopped before. */
export function densityAt(from: Continuation, time: number, z: number, drift: number): number {
  const step = time - from.time;
  const sd = Math.sqrt(step);
  const at = z * Math.sqrt(time) - drift * step;
  let sum = 0;
  for (let index = 0; index < from.nodes.length; index++)
    sum += (from.masses[index] ?? 0) * normalDensity((at - (from.nodes[index] ?? 0)) / sd);
  return (sum * Math.sqrt(time)) / sd;
}

/** The paths that go on after a look; `nextTime` decides how finely they must be held. */
export function continueAfter(
  from: Continuation,
  region: Region,
  nextTime: number,
  drift: number,
): Continuation {
  const { time } = region;
  const step = time - from.time;
  const sd = Math.sqrt(step);
  const [low, high] = rangeOf(region, drift * Math.sqrt(time));
  const width = panelWidth * Math.min(sd, Math.sqrt(nextTime - time));
  const panels = high > low ? Math.max(1, Math.ceil((high - low) / width)) : 0;
  const { nodes: unit, weights } = gaussLegendre(nodesPerPanel);
  const nodes = new Float64Array(panels * nodesPerPanel);
  const masses = new Float64Array(nodes.length);
  const half = (high - low) / panels / 2;
  const scale = half / (sd * Math.sqrt(2 * Math.PI));
  for (let index = 0; index < nodes.length; index++) {
    const within = index % nodesPerPanel;
    const panel = (index - within) / nodesPerPanel;
    const at = low + half * (2 * panel + 1 + (unit[within] ?? 0));
    nodes[index] = at;
    masses[index] = scale * (weights[within] ?? 0) * reached(from, at - drift * step, sd);
  }
  return { time, nodes, masses };
}

/** Σ mass × e^(−distance²/2 sd²): the density at `at`, without its constant. */
function reached({ nodes, masses }: Continuation, at: number, sd: number): number {
  const scale = -0.5 / (sd * sd);
  const banded = nodes.length > bandFrom;
  const first = banded ? firstFrom(nodes, at - bandWidth * sd) : 0;
  const last = banded ? at + bandWidth * sd : Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let index = first; index < nodes.length; index++) {
    const node = nodes[index] ?? 0;
    if (node > last) break;
    const distance = at - node;
    sum += (masses[index] ?? 0) * Math.exp(scale * distance * distance);
  }
  return sum;
}

function firstFrom(sorted: Float64Array, least: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The region on the scale of B, an open side cut where nothing of the mass is left. */
function rangeOf({ time, lower, upper }: Region, mean: number): readonly [number, number] {
  const high = Number.isFinite(upper)
    ? Math.min(upper, boundaryMax + Math.max(0, mean))
    : Math.max(mean, lower, 0) + openWidth;
  const low = Number.isFinite(lower)
    ? Math.max(lower, Math.min(0, mean) - boundaryMax)
    : Math.min(mean, high, 0) - openWidth;
  return [low * Math.sqrt(time), high * Math.sqrt(time)];
}
