import { expansionCostMax, referenceDepthMax } from "./bounds.ts";

/** Who refers to whom, by key: flags to their prerequisites, segments to segments. Unknown targets are left out. */
export type References = ReadonlyMap<string, readonly string[]>;

/** From its first key back to that key: `[a, b, a]`. */
export type Cycle = readonly [first: string, ...rest: string[]];

export interface Expansion {
  /** Keys that can be followed to the end at a bounded cost; whatever a key refers to stands before it. */
  readonly order: readonly string[];
  /** Keys without a cycle below them whose cost or depth is over the bound. */
  readonly excessive: readonly string[];
  /** Each cycle once. Keys that only lead to a cycle are not in the order either. */
  readonly cycles: readonly Cycle[];
}

/** Follows references from those that have none upwards, without recursion, so no input is too deep. */
export function expand(references: References): Expansion {
  const cost = new Map<string, number>();
  const depth = new Map<string, number>();
  const waiting = new Map<string, number>();
  const referrers = new Map<string, string[]>();
  const ready: string[] = [];
  for (const [key, targets] of references) {
    const known = targets.filter((target) => references.has(target));
    waiting.set(key, known.length);
    if (known.length === 0) ready.push(key);
    for (const target of known) {
      const list = referrers.get(target);
      if (list === undefined) referrers.set(target, [key]);
      else list.push(key);
    }
  }
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    const targets = references.get(key) ?? [];
    cost.set(key, 1 + targets.reduce((sum, target) => sum + (cost.get(target) ?? 0), 0));
    depth.set(key, 1 + targets.reduce((most, target) => Math.max(most, depth.get(target) ?? 0), 0));
    for (const referrer of referrers.get(key) ?? []) {
      const left = (waiting.get(referrer) ?? 0) - 1;
      waiting.set(referrer, left);
      if (left === 0) ready.push(referrer);
    }
  }
  const order: string[] = [];
  const excessive: string[] = [];
  for (const [key, sum] of cost) {
    if (sum <= expansionCostMax && (depth.get(key) ?? 0) <= referenceDepthMax) order.push(key);
    else excessive.push(key);
  }
  return { order, excessive, cycles: cyclesAmong(references, cost) };
}

/** Every key that was never ready refers to another such key, so following those ends in a circle. */
function cyclesAmong(references: References, settled: ReadonlyMap<string, number>): Cycle[] {
  const cycles: Cycle[] = [];
  const seen = new Set<string>();
  for (const start of references.keys()) {
    if (settled.has(start)) continue;
    const path: string[] = [];
    const position = new Map<string, number>();
    let key: string | undefined = start;
    while (key !== undefined && !seen.has(key)) {
      seen.add(key);
      position.set(key, path.length);
      path.push(key);
      key = (references.get(key) ?? []).find((target) => references.has(target) && !settled.has(target));
    }
    const first: number | undefined = key === undefined ? undefined : position.get(key);
    if (key !== undefined && first !== undefined) cycles.push([key, ...path.slice(first + 1), key]);
  }
  return cycles;
}
