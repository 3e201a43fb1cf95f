import { measureFanOut } from "./gateway/fan-out.ts";
import { measureMaking } from "./gateway/making.ts";
import { measurePaced } from "./gateway/paced.ts";
import { connections, post } from "./gateway/pairs.ts";
import { environment, largeEnvironment, smallPlan } from "./gateway/plans.ts";
import { measureSaturation } from "./gateway/saturation.ts";
import { measureSwap } from "./gateway/swap.ts";
import { openGatewayWorld } from "./gateway/world.ts";
import type { BenchOptions, BenchReport, BenchRow } from "./report.ts";

/**
 * Decisions over HTTP against the bare server that parses the same JSON and answers the same bytes; new plans while
 * requests run; and new plans to many streams.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const making = measureMaking(options);
  const served = await measureServing(options);
  const fanOut = await measureFanOut(options);
  return {
    name: "gateway",
    rows: [...served.loads, ...making, ...served.swaps, ...fanOut],
    notes: [
      `${connections} connections kept alive, ${post.body.length}-byte body; gateway and bare server in turn, medians of rounds`,
      "at saturation the generator shares the machine, so the CPU per request is the steadier comparison",
      "latency at a fixed rate counts from the moment a request was due",
      "during swaps: a new version of 1 000 flags and 100 experiments every 400 ms; noise is the larger of what the gateway shows without swaps and what the bare server shows beside them; the generator looks at its schedule once a millisecond",
      "fan-out: a whole Weir, its clients and this program share the machine; OFREP notices are spread over 200 ms on purpose",
    ],
  };
}

async function measureServing(
  options: BenchOptions,
): Promise<{ readonly loads: readonly BenchRow[]; readonly swaps: readonly BenchRow[] }> {
  options.progress("gateway: starting a message server, a gateway and a bare server");
  const world = await openGatewayWorld([environment, largeEnvironment]);
  try {
    await world.put(environment, await world.pack(smallPlan()));
    const bare = await world.mirror(post);
    const saturation = await measureSaturation(world, bare, options);
    const paced = await measurePaced(world, bare, options);
    return { loads: [...saturation, ...paced], swaps: await measureSwap(world, bare, options) };
  } finally {
    await world.close();
  }
}
