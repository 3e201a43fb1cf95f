import { seededRandom, systemClock } from "../../runtime/index.ts";
import { inflict } from "./fault.ts";
import { HeavyUnit, heavyEventsIn } from "./heavy-unit.ts";
import { processFaults } from "./process-faults.ts";
import type { Said } from "./said.ts";
import { buildScene, environment, trials } from "./scene.ts";
import { noTraffic, send, type Traffic } from "./sender.ts";
import { Stories } from "./stories.ts";
import { verify, type Verdict } from "./verify.ts";
import { awaySeconds, warehouseAway, warehouseFaults } from "./warehouse-faults.ts";
import { FaultWorld } from "./world.ts";

export interface FaultRunOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Events a second, all clients together. */
  readonly perSecond: number;
  /** Of one unit, beside them. */
  readonly heavyEvents?: number;
  readonly progress: (line: string) => void;
  /** How long the two sides may take to agree once all is sent. */
  readonly levelMsMax?: number;
  readonly signal?: AbortSignal;
}

export interface FaultRun extends Verdict {
  readonly traffic: Traffic;
  readonly faults: ReadonlyMap<string, number>;
  readonly said: Said;
  /** The last of analytics, when the two sides differ. */
  readonly warnings: readonly string[];
  readonly heavyEvents: number;
  readonly awaySeconds: number;
  /** Why the disk of ClickHouse was left alone; absent when it was not. */
  readonly diskLeftOut?: string;
}

const awayAfterMs = 120_000;
/** ClickHouse's own tables and the folders it set aside, then an event with what merges have not removed yet. */
const volumeBytes = (events: number): number => 256 * 1024 ** 2 + events * 400;

/** Sends stories to a whole Weir while its parts are killed and suspended, then counts what came of them. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const { seconds, seed, perSecond, progress } = options;
  const random = (lane: number) => seededRandom(seed + lane);
  const heavyEvents = options.heavyEvents ?? heavyEventsIn(seconds);
  progress("starting a Weir with two gateways");
  const world = await FaultWorld.open(volumeBytes(seconds * perSecond + heavyEvents));
  try {
    await buildScene(world.api);
    await world.served(
      environment,
      trials.map(({ key }) => key),
    );
    const over = new AbortController();
    options.signal?.addEventListener("abort", () => over.abort(), { once: true });
    void systemClock.sleep(seconds * 1_000, over.signal).then(() => over.abort());
    const traffic = noTraffic();
    const nowMs = systemClock.now();
    const doors = { urls: world.urls, token: world.token };
    const people = { random: random(2), perSecond, storiesPerBatch: 40, workers: 6, signal: over.signal };
    // One worker: its first request is acknowledged before the next leaves.
    const alone = {
      random: random(4),
      perSecond: heavyEvents / (seconds * heavyShare),
      storiesPerBatch: 1,
      workers: 1,
      signal: options.signal ?? new AbortController().signal,
    };
    const volume = typeof world.volume === "string" ? undefined : world.volume;
    const [ofProcesses, ofWarehouse] = await Promise.all([
      inflict(processFaults, world, random(0), over.signal, progress),
      inflict(warehouseFaults(volume), world, random(5), over.signal, progress),
      awayLater(world, awaySeconds(seconds), over.signal, progress),
      send(new Stories(random(1), nowMs), doors, traffic, people),
      send(new HeavyUnit(random(3), nowMs, heavyEvents), doors, traffic, alone),
    ]);
    progress(`${traffic.acknowledged} events acknowledged; comparing`);
    const verdict = await verify(world, traffic.records, options.levelMsMax);
    return {
      ...verdict,
      traffic,
      faults: new Map([...ofProcesses, ...ofWarehouse]),
      said: world.said(),
      warnings: verdict.differences.length === 0 ? [] : world.warnings(),
      heavyEvents,
      awaySeconds: awaySeconds(seconds),
      ...(typeof world.volume === "string" ? { diskLeftOut: world.volume } : {}),
    };
  } finally {
    await world.close();
  }
}

/** What went wrong meanwhile is made up for in the rest. */
const heavyShare = 0.9;

async function awayLater(
  world: FaultWorld,
  lasting: number,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  if (lasting === 0) return;
  await systemClock.sleep(awayAfterMs, signal);
  if (signal.aborted) return;
  progress(`ClickHouse is away for ${lasting} s`);
  await warehouseAway(world, lasting * 1_000, signal);
}

export function faultReport(run: FaultRun, { seed, seconds }: FaultRunOptions): string {
  const { traffic, faults, units, setAside, differences, levelAfterMs } = run;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const listed = [...faults].map(([name, count]) => `${name} ${count}`).sort();
  const told = Object.entries(run.said).map(([kind, lines]) => `${kind} ${lines}`);
  const also = [
    `one unit with ${run.heavyEvents} events`,
    ...(run.awaySeconds === 0 ? [] : [`ClickHouse away for ${run.awaySeconds} s`]),
    run.diskLeftOut === undefined
      ? "the disk of ClickHouse full, and read-only"
      : `LEFT OUT: a full and a read-only disk (${run.diskLeftOut})`,
  ];
  return [
    `seed          ${seed}, ${seconds} s`,
    `faults        ${total}: ${listed.join(", ")}`,
    `events        ${traffic.acknowledged} acknowledged, ${traffic.refusals} refused for good, ${traffic.triesAgain} requests sent again`,
    `units         ${units} counted; set aside: ${setAside.crossovers} crossovers, ${setAside.optedOut} opted out, ${setAside.bots} bots`,
    `said          ${told.join(", ")}`,
    `level after   ${(levelAfterMs / 1_000).toFixed(1)} s`,
    `differences   ${differences.length}`,
    ...differences.slice(0, 20).map((line) => `  ${line}`),
    ...run.warnings.map((line) => `  ${line}`),
    `also          ${also.join("; ")}`,
    "",
  ].join("\n");
}
