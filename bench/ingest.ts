import { measureFreshness, measurePublish } from "./ingest/freshness.ts";
import { measureThroughput } from "./ingest/throughput.ts";
import { openWorld } from "./ingest/world.ts";
import type { BenchOptions, BenchReport } from "./report.ts";

/** Events from HTTP to log, result and ClickHouse, on a whole Weir of its own: load, servers and clients share the machine. */
export async function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  progress("ingest: starting a Weir of its own");
  const world = await openWorld();
  try {
    progress("ingest: publish to edge");
    const publish = await measurePublish(world, scale);
    progress("ingest: freshness, one exposure at a time");
    const freshness = await measureFreshness(world, scale);
    progress("ingest: throughput");
    const throughput = await measureThroughput(world, scale);
    const notes = ["everything, the load generator included, shares this machine's cores"];
    return { name: "ingest", rows: [...publish, ...freshness, ...throughput], notes };
  } finally {
    await world.close();
  }
}
