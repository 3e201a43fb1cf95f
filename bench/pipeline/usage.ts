import { readFile } from "node:fs/promises";
import { cpuMicrosOf, residentMegabytesOf } from "../gateway/process-figures.ts";
import type { World } from "./world.ts";

// What each process took of the two cores, as the system counts it. Linux only: NaN elsewhere.

export const parts = ["gateways", "nats", "actors", "analytics", "warehouse", "generator"] as const;
export type Part = (typeof parts)[number];

export interface Usage {
  readonly ms: number;
  readonly cpuMicros: Readonly<Record<Part, number>>;
  /** Memory in use (RSS) at the end. */
  readonly megabytes: Readonly<Record<Part, number>>;
}

/** Begins; what it returns tells what was used since. */
export async function startUsage(
  world: World,
  others: { readonly gateway: number; readonly generator: number },
): Promise<() => Promise<Usage>> {
  const pids = await pidsOf(world, others);
  const [startMs, before] = [performance.now(), await each(pids, cpuMicrosOf)];
  return async () => {
    const [after, megabytes] = [await each(pids, cpuMicrosOf), await each(pids, residentMegabytesOf)];
    const cpuMicros = Object.fromEntries(parts.map((part) => [part, after[part] - before[part]]));
    return { ms: performance.now() - startMs, cpuMicros: cpuMicros as Record<Part, number>, megabytes };
  };
}

async function pidsOf(
  { weir }: World,
  others: { readonly gateway: number; readonly generator: number },
): Promise<Record<Part, readonly number[]>> {
  const { gateway = 0, nats = 0, actors = 0, analytics = 0 } = weir.pids();
  const warehouse = await childOf(analytics);
  return {
    gateways: [gateway, others.gateway],
    nats: [nats],
    actors: [actors],
    analytics: [analytics],
    warehouse: [warehouse],
    generator: [others.generator],
  };
}

/** Analytics has one: the embedded warehouse. */
export async function childOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return Number(text.trim().split(" ")[0]);
}

async function each(
  pids: Readonly<Record<Part, readonly number[]>>,
  of: (pid: number) => Promise<number>,
): Promise<Record<Part, number>> {
  const sum = async (part: Part): Promise<number> =>
    (await Promise.all(pids[part].map(of))).reduce((total, value) => total + value, 0);
  const values = await Promise.all(parts.map(async (part) => [part, await sum(part)]));
  return Object.fromEntries(values) as Record<Part, number>;
}
