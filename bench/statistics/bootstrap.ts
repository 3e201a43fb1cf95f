import { openPool } from "../../analytics/pool.ts";
import { comparisonsOf } from "../../analytics/rows/compare-rows.ts";
import { Pieces } from "../../analytics/rows/pieces.ts";
import { seededRandom } from "../../runtime/index.ts";
import { below } from "../report.ts";
import type { StatisticsPart } from "./part.ts";
import { environment, populationDefinition } from "./population.ts";

const metrics = [{ key: "spent", definition: { type: "sum", event: "purchase" } }];
const threads = 2;

/** A thousand replicates of a million units' mean, over the pool's two threads. */
export const bootstrap: StatisticsPart = async ({ scale, progress }) => {
  progress("statistics: a bootstrap over the pool");
  const units = Math.ceil(1_000_000 * scale);
  const random = seededRandom(5);
  const values = new Float64Array(new SharedArrayBuffer(8 * units)).map(
    () => -Math.log(1 - random.fraction()),
  );
  const shared = new Float64Array(new SharedArrayBuffer(8 * units));
  shared.set(values);
  const rows = { starts: [0, units / 2, units], values: shared, covariates: [] };
  const definition = populationDefinition(2, metrics);
  const [metric] = definition.metrics;
  if (metric === undefined) return [];
  const pool = openPool({ threads, queueLengthMax: 10 });
  try {
    const question = { environment, definition, metric, method: "bootstrap" as const };
    const seconds = async (): Promise<number> => {
      const before = performance.now();
      const pieces = new Pieces(pool, { urgency: "request", owner: "bench" }, () => undefined);
      await comparisonsOf(pieces, question, { rows });
      return (performance.now() - before) / 1_000;
    };
    await seconds(); // threads are up and warm
    const found = await seconds();
    const pass = onePass(shared) * 1_000;
    return [
      { case: "a thousand bare sums of the same values, one thread", value: pass, unit: "s" },
      {
        case: `bootstrap, 1,000 replicates of ${units} units, ${threads} threads`,
        value: found,
        unit: "s",
        ratio: found / pass,
        against: "bare sums",
        goal: below(found / scale, 5),
      },
    ];
  } finally {
    await pool.close();
  }
};

/** Seconds of one sum over the values, of twenty. */
function onePass(values: Float64Array): number {
  const passes = 20;
  const before = performance.now();
  let sum = 0;
  for (let pass = 0; pass < passes; pass++)
    for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum === 0 ? 0 : (performance.now() - before) / 1_000 / passes;
}
