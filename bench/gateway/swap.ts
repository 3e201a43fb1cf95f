import { quantile } from "../figures.ts";
import { atMost, below, median, type BenchOptions, type BenchRow } from "../report.ts";
import { compiledOf } from "../evaluation/plan.ts";
import type { Server, Taken } from "./generator.ts";
import { slowMs } from "./load-order.ts";
import { connections } from "./pairs.ts";
import { requestsPerSecond, residentMegabytesMax } from "./paced.ts";
import { largeContent, largeEnvironment } from "./plans.ts";
import { PlanWriter } from "./plan-writer.ts";
import { residentMegabytesOf } from "./process-figures.ts";
import { evaluatePost, wireText } from "./requests.ts";
import type { GatewayWorld } from "./world.ts";

// Requests while the gateway takes up one version after the other of a large plan.
//   S1. Putting a plan makes work for the message server, for the gateway's worker and for this process, all on the
//       same cores. So the bare server is loaded, too, while the gateway beside it takes up plans: what its requests
//       wait then is the machine's doing.
//   S2. Plans are signed and serialised before a load begins: in an installation another machine does that.

const swapIntervalMs = 400;
/** The largest latency of a run is one request of thousands, so many runs are needed to know which is usual. */
const roundsFull = 9;
const flagKey = "b-1";

interface Round {
  readonly gatewayQuiet: Taken;
  readonly bareQuiet: Taken;
  readonly gatewaySwaps: Taken;
  readonly bareBeside: Taken;
}

export async function measureSwap(
  world: GatewayWorld,
  bare: Server,
  { scale, progress }: BenchOptions,
): Promise<BenchRow[]> {
  const writer = new PlanWriter(world, compiledOf(largeContent()));
  await writer.put(await writer.prepare(1), 0);
  const post = evaluatePost(largeEnvironment, flagKey);
  await world.answerTo(post);
  const rounds = Math.max(3, Math.round(roundsFull * scale));
  const ms = Math.max(1_200, 4_000 * scale);
  const order = {
    requests: [wireText(post)],
    connections,
    ms,
    requestsPerSecond,
    yields: true,
    watchesVersion: true,
  };
  const putToServed: number[] = [];
  const quiet = (server: Server): Promise<Taken> => world.generator.load(server, order);
  const swapping = async (server: Server): Promise<Taken> => {
    const plans = await writer.prepare(Math.floor(ms / swapIntervalMs) - 1); // S2
    const loaded = world.generator.load(server, order);
    const putAt = await writer.put(plans, swapIntervalMs);
    const taken = await loaded;
    for (const [version, seenMs] of taken.firstSeen) {
      const at = putAt.get(version);
      if (at !== undefined) putToServed.push(seenMs - at);
    }
    return taken;
  };
  const taken: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    progress(`gateway: swaps, round ${round} of ${rounds}${round === 0 ? " (warms up)" : ""}`);
    const one: Round = {
      bareQuiet: await quiet(bare),
      gatewayQuiet: await quiet(world.gateway),
      bareBeside: await swapping(bare), // S1
      gatewaySwaps: await swapping(world.gateway),
    };
    if (round > 0) taken.push(one);
    else putToServed.length = 0;
  }
  const resident = await residentMegabytesOf(world.gateway.pid);
  return [
    { case: `put → served, median of ${putToServed.length}`, value: quantile(putToServed, 0.5), unit: "ms" },
    { case: "put → served, longest", value: Math.max(...putToServed), unit: "ms" },
    ...latencyRows(taken),
    {
      case: "swaps, RSS of the gateway",
      value: resident,
      unit: "MB",
      goal: below(resident, residentMegabytesMax),
    },
  ];
}

const names: Readonly<Record<keyof Round, string>> = {
  bareQuiet: "bare server, nothing swaps",
  bareBeside: "bare server, gateway beside it swaps",
  gatewayQuiet: "gateway, nothing swaps",
  gatewaySwaps: "gateway, swaps",
};

function latencyRows(rounds: readonly Round[]): BenchRow[] {
  const keys = Object.keys(names) as (keyof Round)[];
  const each = (label: string, unit: string, of: (taken: readonly Taken[]) => number): BenchRow[] =>
    keys.map((key) => ({
      case: `${label}: ${names[key]}`,
      value: of(rounds.map((round) => round[key])),
      unit,
    }));
  const usual = (key: keyof Round): number => median(rounds.map((round) => round[key].maxMs));
  const above = usual("gatewaySwaps") - Math.max(usual("gatewayQuiet"), usual("bareBeside"));
  return [
    ...each("largest latency, median of rounds", "ms", (taken) => median(taken.map(({ maxMs }) => maxMs))),
    ...each("largest latency of all", "ms", (taken) => Math.max(...taken.map(({ maxMs }) => maxMs))),
    // The machine's part in the latencies.
    ...each("main thread without a core", "ms/s", (taken) =>
      median(taken.map(({ waitedMs, ms }) => (waitedMs / ms) * 1_000)),
    ),
    ...each(`requests above ${slowMs} ms`, "%", slowPercentOf),
    {
      case: "largest latency, median of rounds: swaps above noise",
      value: above,
      unit: "ms",
      goal: atMost(above, slowMs),
    },
  ];
}

function slowPercentOf(taken: readonly Taken[]): number {
  const slow = taken.reduce((sum, { slowShare, requests }) => sum + slowShare * requests, 0);
  return (100 * slow) / taken.reduce((sum, { requests }) => sum + requests, 0);
}
