import type { ExperimentResult } from "../../protocols/results.ts";
import { atMost, type BenchRow } from "../report.ts";
import type { LoadOutcome } from "./load-order.ts";
import type { Site } from "./site.ts";
import type { Scene } from "./traffic.ts";
import { purchases } from "./world.ts";

/** What the rolling sums and ClickHouse hold of an environment. */
export interface Counts {
  /** Events, as often as an experiment counts them: read back from a mean that rounds, so to the nearest whole. */
  readonly counted: number;
  readonly exposureRows: number;
  readonly metricRows: number;
}

/** When level: what has not arrived yet is not counted. */
export async function countsOf(site: Site, scene: Scene): Promise<Counts> {
  let counted = 0;
  for (const [index, experiment] of scene.experiments.entries()) {
    const event = scene.events[index % scene.events.length] ?? "";
    counted += await countedBy(site, scene.environment, experiment, purchases(event));
  }
  return {
    counted,
    exposureRows: await rowsIn(site, "weir.exposures", scene.environment),
    metricRows: await rowsIn(site, "weir.events", scene.environment),
  };
}

async function countedBy({ world }: Site, env: string, experiment: string, metric: string): Promise<number> {
  const path = `/v1/experiments/${experiment}/results`;
  const { summary } = await world.api.call<ExperimentResult>("GET", path, { query: { env } });
  return summary.variants.reduce((sum, { metrics }) => {
    const moments = metrics[metric];
    const isMean = moments !== undefined && "mean" in moments && typeof moments.mean === "number";
    return isMean ? sum + Math.round(moments.count * moments.mean) : Number.NaN;
  }, 0);
}

/** Without FINAL: a block written twice would show. */
async function rowsIn({ warehouse }: Site, table: string, environment: string): Promise<number> {
  const sql = `SELECT count() AS rows FROM ${table} WHERE env = {environment:String}`;
  const answer = await warehouse.query<{ rows: string }>(sql, { environment });
  if (!answer.ok) throw new Error(`${table} could not be counted: ${JSON.stringify(answer.failure)}`);
  return Number(answer.value[0]?.rows);
}

/** What was acknowledged between two counts, and what came of it. */
export function differenceRow(
  name: string,
  before: Counts,
  after: Counts,
  loads: readonly LoadOutcome[],
): BenchRow {
  const sent = (of: (load: LoadOutcome) => number): number => loads.reduce((sum, load) => sum + of(load), 0);
  const differences = [
    after.counted - before.counted - sent(({ counted }) => counted),
    after.exposureRows - before.exposureRows - sent(({ exposures }) => exposures),
    after.metricRows - before.metricRows - sent(({ metrics }) => metrics),
  ];
  const value = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  return {
    case: `${name}: events that rolling sums or ClickHouse hold more or less than acknowledged`,
    value,
    unit: "events",
    goal: atMost(value, 0),
  };
}
