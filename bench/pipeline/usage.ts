import { readFile } from "node:fs/promises";
import { cpuMicrosOf, residentMegabytesOf } from "../gateway/process-figures.ts";
import type { World } from "./world.ts";

// What each process took of the two cores, as the system counts it. Linux only: NaN elsewhere.

export const parts = ["gateway", "nats", "actors", "analytics", "warehouse", "generator"] as const;
export type Part = (typeof parts)[number];

export interface Usage {
  readonly ms: number;
  readonly cpuMicros: Readonly<Record<Part, number>>;
  /** Memory in use (RSS) at the end. */
  readonly megabytes: Readonly<Record<Part, number>>;
}

/** Begins; what it returns tells what was used since. */
export async function startUsage(world: World, generator: number): Promise<() => Promise<Usage>> {
  const pids = await pidsOf(world, generator);
  const [startMs, before] = [performance.now(), await each(pids, cpuMicrosOf)];
  return async () => {
    const [after, megabytes] = [await each(pids, cpuMicrosOf), await each(pids, residentMegabytesOf)];
    const cpuMicros = Object.fromEntries(parts.map((part) => [part, after[part] - before[part]]));
    return { ms: performance.now() - startMs, cpuMicros: cpuMicros as Record<Part, number>, megabytes };
  };
}

async function pidsOf({ weir }: World, generator: number): Promise<Record<Part, number>> {
  const { gateway = 0, nats = 0, actors = 0, analytics = 0 } = weir.pids();
  return { gateway, nats, actors, analytics, warehouse: await childOf(analytics), generator };
}

/** Analytics has one: the embedded warehouse. */
export async function childOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return Number(text.trim().split(" ")[0]);
}

async function each(
  pids: Readonly<Record<Part, number>>,
  of: (pid: number) => Promise<number>,
): Promise<Record<Part, number>> {
  const values = await Promise.all(parts.map(async (part) => [part, await of(pids[part])]));
  return Object.fromEntries(values) as Record<Part, number>;
}
