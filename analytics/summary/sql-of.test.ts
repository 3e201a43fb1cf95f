import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { EpochMs } from "../../protocols/time.ts";
import { systemClock } from "../../runtime/index.ts";
import { migrate } from "../migrations.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { assertNear } from "../testing/near.ts";
import { sqlOf } from "./sql-of.ts";
import { warehouseSummary } from "./summary.ts";

const environment = EnvironmentKey.parse("shop");
const start = Math.floor(systemClock.now() / 86_400_000) * 86_400_000 - 20 * 86_400_000;
const filter = { kind: "it's \\ a {quote:String}", price: "<=30" };
const metrics = [
  { key: "had", definition: { type: "binary", event: "buy", filter } },
  { key: "sum", definition: { type: "sum", event: "buy", value: "price" }, cap: { value: 40 } },
  { key: "mean", definition: { type: "mean", event: "buy" }, window: { type: "conversion", hours: 3 } },
  { key: "by-session", unit: "session", definition: { type: "count", event: "buy" } },
  { key: "by-event", unit: "event", definition: { type: "mean", event: "buy", value: "price" } },
  { key: "back", definition: { type: "retention", event: "buy", fromDay: 0.1, toDay: 1 } },
  { key: "steps", definition: { type: "funnel", steps: [{ event: "buy", filter }, { event: "buy" }] } },
  { key: "soon", definition: { type: "time_to", event: "buy" } },
  { key: "p90", definition: { type: "percentile", event: "buy", value: "price", percentile: 90 } },
  { key: "p90e", unit: "event", definition: { type: "percentile", event: "buy", percentile: 90 } },
];
const definition = ExperimentDefinition.parse({
  experiment: {
    key: "exp",
    flag: "f",
    variants: [
      { key: "a", variation: "off", weight: 5_000 },
      { key: "b", variation: "on", weight: 5_000 },
    ],
    control: "a",
    metrics: { primary: "had" },
    status: "running",
    phase: 1,
  },
  metrics,
});

/** Unit n has n events, an hour apart. */
const records = Array.from({ length: 8 }, (_, n) => {
  const unit = `${String.fromCharCode(65 + n)}x${"A".repeat(20)}` as UnitId;
  const own = { experiment: "exp", phase: 1, variant: n % 2 === 0 ? "a" : "b", flag: "f" };
  const exposure = { type: "exposure", id: `x${n}`, ts: start, at: start, unit, session: "s0", ...own };
  const events = Array.from({ length: n }, (_each, index) => {
    const ts = start + (index + 1) * 3_600_000;
    const metadata = { kind: index % 2 === 0 ? filter.kind : "other", price: 10 * index };
    const session = `s${index >> 1}`;
    return {
      type: "metric",
      id: `m${n}-${index}`,
      ts,
      at: ts,
      unit,
      session,
      metadata,
      name: "buy",
      value: n,
    };
  });
  return [exposure, ...events] as unknown as LogRecord[];
}).flat();

let temporary: TemporaryWarehouse;
before(async () => {
  temporary = await temporaryWarehouse();
  assert.ok((await migrate(temporary.warehouse, EpochMs.parse(0))).ok);
  await insertLogs(temporary.warehouse, [{ environment, records }]);
});
after(() => temporary.close());

type Row = Readonly<Record<string, number | string>>;
const ask = async (sql: string, parameters = {}): Promise<Row[]> => {
  const answer = await temporary.warehouse.query<Row>(sql, parameters);
  assert.ok(answer.ok, `${JSON.stringify(answer)}\n${sql}`);
  return answer.value;
};

/** What the columns of `sqlOf` are of a summary. */
function namesOf(summary: MetricSummary): Record<string, number> {
  const { count } = summary;
  switch (summary.kind) {
    case "proportion":
      return { successes: summary.successes, proportion: summary.successes / count };
    case "mean":
      return { mean: summary.mean, variance: summary.squaredDeviations / (count - 1) };
    case "ratio":
      return {
        ratio: summary.meanNumerator / summary.meanDenominator,
        covariance: summary.crossDeviations / (count - 1),
      };
    case "distribution":
      return { units_with_value: count };
  }
}

test("a metric's SQL stands alone and gives the numbers of the summary, under their names", async () => {
  const summary = await warehouseSummary(temporary.warehouse, { environment, definition });
  assert.ok(summary.ok);
  for (const metric of definition.metrics) {
    const sql = sqlOf(environment, definition, metric);
    const rows = await ask(sql);
    assert.deepEqual(
      rows.map(({ variant }) => variant),
      ["a", "b"],
    );
    for (const arm of summary.value.variants) {
      const row = rows.find(({ variant }) => variant === arm.variant) ?? {};
      const expected = namesOf(arm.metrics[metric.key] as MetricSummary);
      for (const [name, number] of Object.entries(expected))
        assertNear(Number(row[name]), number, `${metric.key} ${name}`);
    }
  }
});
