import { atMost, below, type BenchOptions, type BenchRow } from "../report.ts";
import type { Server } from "./generator.ts";
import { notOkRow, rowPair, takePairs } from "./pairs.ts";
import { residentMegabytesOf } from "./process-figures.ts";
import type { GatewayWorld } from "./world.ts";

export const requestsPerSecond = 2_000;
export const residentMegabytesMax = 256;
const p99MsAboveBareMax = 1;
const p99MsMax = 10;

/** POST /evaluate at a rate that does not ask whether answers come, and the memory that the gateway has by then. */
export async function measurePaced(
  world: GatewayWorld,
  bare: Server,
  { scale, progress }: BenchOptions,
): Promise<BenchRow[]> {
  const name = "2 000 requests/s";
  const pairs = await takePairs(world, bare, { scale, progress, name, requestsPerSecond });
  const resident = await residentMegabytesOf(world.gateway.pid);
  const p50 = rowPair(`${name}, p50`, "ms", pairs, ({ p50Ms }) => p50Ms);
  const p99 = rowPair(`${name}, p99`, "ms", pairs, ({ p99Ms }) => p99Ms);
  const above = p99.gateway.value - p99.bare.value;
  return [
    p50.bare,
    p50.gateway,
    p99.bare,
    { ...p99.gateway, goal: below(p99.gateway.value, p99MsMax) },
    {
      case: `${name}, p99 above the bare server's`,
      value: above,
      unit: "ms",
      goal: atMost(above, p99MsAboveBareMax),
    },
    {
      case: `${name}, RSS of the gateway`,
      value: resident,
      unit: "MB",
      goal: below(resident, residentMegabytesMax),
    },
    notOkRow(name, pairs),
  ];
}
