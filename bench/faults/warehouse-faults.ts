import { systemClock } from "../../runtime/index.ts";
import { spoil, spoilable } from "./corruption.ts";
import { secondsText, type Fault } from "./fault.ts";
import { held, signalTo } from "./held.ts";
import type { Said } from "./said.ts";
import type { Volume } from "./volume.ts";
import type { FaultWorld } from "./world.ts";

// What happens to the embedded ClickHouse and to its disk.

const startMsMax = 5_000;

/** The embedded ClickHouse, if it runs soon; it may be between two lives. */
async function running(world: FaultWorld, signal: AbortSignal): Promise<number | undefined> {
  const untilMs = performance.now() + startMsMax;
  for (;;) {
    const pid = world.warehousePid();
    if (pid !== undefined || signal.aborted || performance.now() > untilMs) return pid;
    await systemClock.sleep(50, signal);
  }
}

const processFaults: readonly Fault[] = [
  {
    name: "kill_warehouse",
    inflict: async (world, _, signal) => {
      const pid = await running(world, signal);
      if (pid === undefined) return undefined;
      signalTo(pid, "SIGKILL");
      return "kill -9 of the embedded ClickHouse";
    },
  },
  {
    name: "suspend_warehouse",
    inflict: async (world, random, signal) => {
      const pid = await running(world, signal);
      if (pid === undefined) return undefined;
      const ms = 2_000 + random.fraction() * 6_000;
      await held(pid, ms, signal);
      return `SIGSTOP of the embedded ClickHouse for ${secondsText(ms)}`;
    },
  },
];

/** Of the times its disk takes nothing, ClickHouse is killed meanwhile, and must start on it. */
const killedShare = 0.5;

const unwritable = (
  name: "disk_full" | "disk_read_only",
  what: string,
  volume: Volume,
  change: { readonly begin: () => Promise<void> | void; readonly end: () => void },
): Fault => ({
  name,
  inflict: async (world, random, signal) => {
    const ms = 3_000 + random.fraction() * 4_000;
    const isKilled = random.fraction() < killedShare;
    const before = world.said()[name];
    const startMs = performance.now();
    await change.begin();
    try {
      const pid = world.warehousePid();
      if (isKilled && pid !== undefined) signalTo(pid, "SIGKILL");
      await systemClock.sleep(ms, signal);
      await saidAgain(world, name, before, signal);
      if (signal.aborted && world.said()[name] === before) return undefined; // cut short
    } finally {
      change.end();
    }
    const also = isKilled ? ", which is killed meanwhile," : "";
    const lasted = secondsText(performance.now() - startMs);
    return `the disk of the embedded ClickHouse${also} is ${what} for ${lasted}`;
  },
});

/** Until the log says what is wrong: with nothing to write nobody would notice. */
async function saidAgain(
  world: FaultWorld,
  kind: keyof Said,
  before: number,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = performance.now() + saidMsMax;
  while (world.said()[kind] === before && performance.now() < untilMs && !signal.aborted)
    await systemClock.sleep(250, signal);
}
const saidMsMax = 12_000;

/** Killed, and started again only when some of its files hold garbage. */
const corrupted = (name: string, what: keyof typeof spoilable, files: number): Fault => ({
  name,
  inflict: async (world, random, signal) => {
    const pid = await running(world, signal);
    const parent = world.pid("analytics");
    if (pid === undefined || parent === undefined) return undefined;
    signalTo(parent, "SIGSTOP");
    try {
      signalTo(pid, "SIGKILL");
      while (world.warehousePid() === pid) await systemClock.sleep(10);
      world.clearAway();
      const spoiled = spoil(world.warehouseDir, spoilable[what], files, random);
      if (spoiled === 0) return undefined; // made anew a moment ago
      return `garbage in the ${what} of the embedded ClickHouse, ${spoiled} files`;
    } finally {
      signalTo(parent, "SIGCONT");
    }
  },
});

export function warehouseFaults(volume: Volume | undefined): readonly Fault[] {
  return [
    ...processFaults,
    corrupted("corrupt_definitions", "definitions", 1),
    corrupted("corrupt_rows", "rows", 6),
    ...(volume === undefined
      ? []
      : [
          unwritable("disk_full", "full", volume, {
            begin: () => volume.fill(),
            end: () => volume.drain(),
          }),
          unwritable("disk_read_only", "read-only", volume, {
            begin: () => volume.forbidWrites(),
            end: () => volume.allowWrites(),
          }),
        ]),
  ];
}

/** A long run also has ClickHouse away for so long, whatever else happens and however often it is started meanwhile. */
export function awaySeconds(runSeconds: number): number {
  if (runSeconds >= 900) return 600;
  return runSeconds >= 600 ? 120 : 0;
}

export async function warehouseAway(world: FaultWorld, ms: number, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs && !signal.aborted) {
    const pid = world.warehousePid();
    if (pid === undefined) await systemClock.sleep(500, signal);
    else await held(pid, 2_000, signal);
  }
}
