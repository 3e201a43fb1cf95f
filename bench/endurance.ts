import { measureEndurance } from "./gateway/endurance.ts";
import { openGatewayWorld } from "./gateway/world.ts";
import { environment } from "./gateway/plans.ts";
import type { BenchOptions, BenchReport } from "./report.ts";

/** Does a gateway's memory grow? Ten minutes of mixed requests of ever new users. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  options.progress("endurance: starting a message server and a gateway");
  const world = await openGatewayWorld([environment]);
  try {
    return await measureEndurance(world, options);
  } finally {
    await world.close();
  }
}
