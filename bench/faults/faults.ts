import { readdirSync, readFileSync } from "node:fs";
import { systemClock, type Random } from "../../runtime/index.ts";
import type { FaultWorld } from "./world.ts";

// What goes wrong, one fault after the other, drawn by the seed.

interface Fault {
  readonly name: string;
  inflict(world: FaultWorld, random: Random, signal: AbortSignal): Promise<string>;
}

const killed = (part: "gateway" | "actors" | "analytics" | "nats"): Fault => ({
  name: `kill_${part}`,
  inflict: async (world) => {
    world.kill(part);
    return `kill -9 of ${part}`;
  },
});

/** Longer than a lease, and than a client waits. */
const suspended = (part: "actors" | "analytics" | "nats"): Fault => ({
  name: `suspend_${part}`,
  inflict: async (world, random, signal) => {
    const ms = 3_000 + random.fraction() * 5_000;
    await world.suspend(part, ms, signal);
    return `SIGSTOP of ${part} for ${seconds(ms)}`;
  },
});

const faults: readonly Fault[] = [
  killed("gateway"),
  killed("actors"),
  killed("analytics"),
  killed("nats"),
  suspended("actors"),
  suspended("analytics"),
  suspended("nats"),
  {
    name: "kill_second_gateway",
    inflict: async (world) => {
      world.killSecondGateway();
      return "kill -9 of the second gateway";
    },
  },
  {
    name: "kill_warehouse",
    inflict: async (world) => {
      const child = warehouseOf(world.pid("analytics"));
      if (child !== undefined) process.kill(child, "SIGKILL");
      return "kill -9 of the embedded ClickHouse";
    },
  },
  {
    name: "suspend_warehouse",
    inflict: async (world, random, signal) => {
      const child = warehouseOf(world.pid("analytics"));
      const ms = 2_000 + random.fraction() * 6_000;
      if (child !== undefined) await held(child, ms, signal);
      return `SIGSTOP of the embedded ClickHouse for ${seconds(ms)}`;
    },
  },
];

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export async function held(pid: number, ms: number, signal: AbortSignal): Promise<void> {
  const tell = (what: NodeJS.Signals): void => {
    try {
      process.kill(pid, what);
    } catch {
      // It is gone already.
    }
  };
  tell("SIGSTOP");
  await systemClock.sleep(ms, signal);
  tell("SIGCONT");
}

/** The one process that analytics has started. */
function warehouseOf(analytics: number | undefined): number | undefined {
  if (analytics === undefined) return undefined;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (parent === analytics) return Number(name);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

/** A long run also has ClickHouse away for so long, whatever else happens and however often it is started meanwhile. */
const awayMs = 120_000;
export const longRunSeconds = 600;

export async function warehouseAway(
  world: FaultWorld,
  signal: AbortSignal,
  told: (line: string) => void,
): Promise<void> {
  told(`ClickHouse is away for ${seconds(awayMs)}`);
  const untilMs = performance.now() + awayMs;
  while (performance.now() < untilMs && !signal.aborted) {
    const child = warehouseOf(world.pid("analytics"));
    if (child === undefined) await systemClock.sleep(500, signal);
    else await held(child, 2_000, signal);
  }
}

/** One fault each one to four seconds until `signal`; every kind comes before any comes again. */
export async function inflict(
  world: FaultWorld,
  random: Random,
  signal: AbortSignal,
  told: (line: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let waiting: Fault[] = [];
  const startMs = performance.now();
  while (!signal.aborted) {
    await systemClock.sleep(1_000 + random.fraction() * 3_000, signal);
    if (signal.aborted) break;
    if (waiting.length === 0) waiting = [...faults];
    const [fault] = waiting.splice(Math.floor(random.fraction() * waiting.length), 1);
    if (fault === undefined) continue;
    const atMs = performance.now() - startMs;
    const line = await fault.inflict(world, random, signal);
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    told(`${seconds(atMs).padStart(8)} ${line}`);
  }
  return counts;
}
