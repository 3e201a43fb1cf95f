import { atLeast, atMost, type BenchOptions, type BenchRow } from "../report.ts";
import type { Server } from "./generator.ts";
import { notOkRow, rowPair, takePairs } from "./pairs.ts";
import type { GatewayWorld } from "./world.ts";

const rateShareMin = 0.75;
/** The same said of the time that each request takes. */
const cpuShareMax = 1.33;

/** POST /evaluate as fast as answers come. */
export async function measureSaturation(
  world: GatewayWorld,
  bare: Server,
  { scale, progress }: BenchOptions,
): Promise<BenchRow[]> {
  const name = "saturation";
  const pairs = await takePairs(world, bare, { scale, progress, name });
  const rate = rowPair(name, "requests/s", pairs, ({ requests, ms }) => (requests / ms) * 1_000);
  const cpu = rowPair(
    `${name}, CPU of the server`,
    "µs/request",
    pairs,
    (taken) => taken.cpuMicros / taken.requests,
  );
  // Well below 100 %, the generator or a neighbour was the limit, and the rate says little of the server.
  const busy = rowPair(
    `${name}, core time of the server`,
    "%",
    pairs,
    (taken) => taken.cpuMicros / taken.ms / 10,
  );
  const p99 = rowPair(`${name}, p99`, "ms", pairs, ({ p99Ms }) => p99Ms);
  return [
    rate.bare,
    { ...rate.gateway, goal: atLeast(rate.ratio, rateShareMin) },
    cpu.bare,
    { ...cpu.gateway, goal: atMost(cpu.ratio, cpuShareMax) },
    busy.bare,
    busy.gateway,
    p99.bare,
    p99.gateway,
    notOkRow(name, pairs),
  ];
}
