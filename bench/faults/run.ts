import { seededRandom, systemClock } from "../../runtime/index.ts";
import { inflict, longRunSeconds, warehouseAway } from "./faults.ts";
import { buildScene, environment, trials } from "./scene.ts";
import { noTraffic, send, type Traffic } from "./sender.ts";
import { Stories } from "./stories.ts";
import { verify, type Verdict } from "./verify.ts";
import { FaultWorld } from "./world.ts";

export interface FaultRunOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Events a second, all clients together. */
  readonly perSecond: number;
  readonly progress: (line: string) => void;
  /** How long the two sides may take to agree once all is sent. */
  readonly levelMsMax?: number;
  readonly signal?: AbortSignal;
}

export interface FaultRun extends Verdict {
  readonly traffic: Traffic;
  readonly faults: ReadonlyMap<string, number>;
}

const awayAfterMs = 120_000;

/** Sends stories to a whole Weir while its parts are killed and suspended, then counts what came of them. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const { seconds, seed, perSecond, progress } = options;
  const random = seededRandom(seed);
  progress("starting a Weir with two gateways");
  const world = await FaultWorld.open();
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
    const stories = new Stories(seededRandom(seed + 1), systemClock.now());
    const doors = { urls: world.urls, token: world.token };
    const [faults] = await Promise.all([
      inflict(world, random, over.signal, progress),
      seconds < longRunSeconds ? undefined : awayLater(world, over.signal, progress),
      send(stories, doors, traffic, { random: seededRandom(seed + 2), perSecond, signal: over.signal }),
    ]);
    progress(`${traffic.acknowledged} events acknowledged; comparing`);
    return { traffic, faults, ...(await verify(world, traffic.records, options.levelMsMax)) };
  } finally {
    await world.close();
  }
}

async function awayLater(
  world: FaultWorld,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  await systemClock.sleep(awayAfterMs, signal);
  if (!signal.aborted) await warehouseAway(world, signal, progress);
}

export function faultReport(run: FaultRun, { seed, seconds }: FaultRunOptions): string {
  const { traffic, faults, units, setAside, differences, levelAfterMs } = run;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const listed = [...faults].map(([name, count]) => `${name} ${count}`).sort();
  return [
    `seed          ${seed}, ${seconds} s`,
    `faults        ${total}: ${listed.join(", ")}`,
    `events        ${traffic.acknowledged} acknowledged, ${traffic.refusals} refused for good, ${traffic.triesAgain} requests sent again`,
    `units         ${units} counted; set aside: ${setAside.crossovers} crossovers, ${setAside.optedOut} opted out, ${setAside.bots} bots`,
    `level after   ${(levelAfterMs / 1_000).toFixed(1)} s`,
    `differences   ${differences.length}`,
    ...differences.slice(0, 20).map((line) => `  ${line}`),
    "",
  ].join("\n");
}
