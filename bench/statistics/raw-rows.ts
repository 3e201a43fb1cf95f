import { strict as assert } from "node:assert";
import { migrate } from "../../analytics/migrations.ts";
import { openPool } from "../../analytics/pool.ts";
import { rowAnswer } from "../../analytics/rows/answer.ts";
import { temporaryWarehouse } from "../../analytics/testing.ts";
import { EpochMs } from "../../protocols/time.ts";
import type { RowMethod } from "../../protocols/row-answers.ts";
import { systemClock } from "../../runtime/index.ts";
import { below, type BenchRow } from "../report.ts";
import type { StatisticsPart } from "./part.ts";
import { environment, populate, populationDefinition } from "./population.ts";

const metrics = [
  { key: "spent", definition: { type: "sum", event: "purchase" } },
  { key: "p90", definition: { type: "percentile", event: "purchase", percentile: 90 } },
  { key: "price90", unit: "event", definition: { type: "percentile", event: "purchase", percentile: 90 } },
  { key: "capped", definition: { type: "sum", event: "purchase" }, cap: { percentile: 99.9 } },
];
const asked: readonly (readonly [string, RowMethod])[] = [
  ["p90", "percentile"],
  ["price90", "percentile"],
  ["capped", "capped_welch"],
  ["spent", "mann_whitney"],
];

/** A report's answers on 10 million events of a million units, out of ClickHouse to the last figure. */
export const rawRows: StatisticsPart = async ({ scale, progress }) => {
  const units = Math.ceil(1_000_000 * scale);
  progress(`statistics: ${units * 10} events of ${units} units into ClickHouse`);
  const temporary = await temporaryWarehouse();
  const pool = openPool({ threads: 2, queueLengthMax: 10 });
  try {
    const { warehouse } = temporary;
    assert.ok((await migrate(warehouse, EpochMs.parse(0))).ok);
    await populate(warehouse, { units, eventsPerUnit: 10, variants: 2 });
    const definition = populationDefinition(2, metrics);
    const bare = await bareSeconds(() =>
      warehouse.stream("SELECT sum(value) FROM weir.events FINAL GROUP BY unit", {}, () => undefined),
    );
    const rows: BenchRow[] = [{ case: "bare: a sum a unit, out of the events", value: bare, unit: "s" }];
    for (const [key, method] of asked) {
      progress(`statistics: ${method} of ${key}`);
      const metric = definition.metrics.find((each) => each.key === key);
      assert.ok(metric !== undefined);
      const surroundings = { warehouse, pool, clock: systemClock, position: () => undefined };
      const before = performance.now();
      const answer = await rowAnswer(
        surroundings,
        { environment, definition, metric, method },
        { urgency: "request" },
      );
      const value = (performance.now() - before) / 1_000;
      assert.ok(answer.ok, answer.ok ? "" : JSON.stringify(answer.failure));
      const { took } = answer.value;
      rows.push({
        case: `${method} of ${key}: reading ${(took.readMs / 1_000).toFixed(1)} s, computing ${(took.computeMs / 1_000).toFixed(1)} s`,
        value,
        unit: "s",
        ratio: value / bare,
        against: "bare",
        goal: below(value / scale, 10),
      });
    }
    return rows;
  } finally {
    await pool.close();
    await temporary.close();
  }
};

async function bareSeconds(read: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await read();
  return (performance.now() - before) / 1_000;
}
