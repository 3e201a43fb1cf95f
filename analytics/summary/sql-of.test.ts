import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionOf, event, exposure } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { systemClock } from "../../runtime/index.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { assertNear } from "../testing/near.ts";
import { sqlOf } from "./sql-of.ts";
import { warehouseSummary } from "./summary.ts";

const environment = EnvironmentKey.parse("shop");
const start = Math.floor(systemClock.now() / 86_400_000) * 86_400_000 - 20 * 86_400_000;
const filter = { kind: "it's \\ a {quote:String}", price: "<=30" };
const apart = {
  any: [
    { app: { semver_range: ">=1.0.1 <1.0.4-rc.1 || 9.x" } },
    { app: { semver_eq: "1.0.5-rc.1" } },
    { app: { matches: "^1\\.0\\.6$" } },
    { kind: { in_cidr: ["10.0.0.0/8", "::/0"] } },
    { kind: { before: "2020-01-01T00:00:00Z" } },
    { tags: { has_any: ["it's", 1], has_all: ["a", true] } },
  ],
};
const metrics = [
  { key: "apart", definition: { type: "count", event: "buy", filter: apart } },
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
const definition = definitionOf("exp", metrics);

/** Unit n has n events, an hour apart. */
const { key: experiment } = definition.experiment;
const records = Array.from({ length: 8 }, (_, n) => [
  exposure(n, n % 2 === 0 ? "a" : "b", start, { experiment, session: "s0" }),
  ...Array.from({ length: n }, (_each, index) => {
    const metadata = {
      kind: index % 2 === 0 ? filter.kind : "other",
      price: 10 * index,
      app: `1.0.${index}`,
    };
    const session = `s${index >> 1}`;
    return event(n, "buy", n, start + (index + 1) * 3_600_000, { session, metadata });
  }),
]).flat();

const temporary = await warehouseHere();
await insertLogs(temporary.warehouse, [{ environment, records }]);

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
