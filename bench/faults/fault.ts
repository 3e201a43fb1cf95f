import { systemClock, type Random } from "../../runtime/index.ts";
import type { FaultWorld } from "./world.ts";

export interface Fault {
  readonly name: string;
  /** What was done, in words; undefined when there was nothing to do it to. */
  inflict(world: FaultWorld, random: Random, signal: AbortSignal): Promise<string | undefined>;
}

export const secondsText = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** One fault each one to four seconds until `signal`; every kind comes before any comes again. */
export async function inflict(
  faults: readonly Fault[],
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
    if (line === undefined) continue;
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    told(`${secondsText(atMs).padStart(8)} ${line}`);
  }
  return counts;
}
