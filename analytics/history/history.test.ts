import assert from "node:assert/strict";
import { test } from "node:test";
import { event, exposure } from "../../actors/experiment/testing/records.ts";
import { History } from "../../protocols/history.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { ExposureRecord, LogRecord } from "../../protocols/log-record.ts";
import { Metric } from "../../protocols/metric.ts";
import { systemClock } from "../../runtime/index.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { baselineOf, ownUnits } from "./baseline.ts";
import { openHistory } from "./open.ts";
import { readHistory } from "./read.ts";
import { isAdditive, valueStatement } from "./statement.ts";

const day = 86_400_000;
/** Recent, so that no row is beyond its retention. */
const until = Math.floor(systemClock.now() / day) * day - 10 * day;
const since = until - 7 * day;
const environment = "past" as EnvironmentKey;
const count = 60;

const temporary = await warehouseHere();
const met = (unit: number, ts: number, flag: string, more: Partial<ExposureRecord> = {}): LogRecord =>
  exposure(unit, unit % 2 === 0 ? "a" : "b", ts, { flag, ...more });
const bought = (unit: number, ts: number, value: number): LogRecord => event(unit, "buy", value, ts);

const records: LogRecord[] = [];
for (let unit = 0; unit < count; unit++) {
  const entered = since + (unit % 5) * day + 1_000;
  const metadata = { country: unit % 3 === 0 ? "CH" : "AT" };
  records.push(met(unit, entered, unit < 40 ? "f" : "g", { metadata }));
  records.push(met(unit, entered + 2 * day, "f"));
  records.push(bought(unit, entered - 500, 1_000)); // before it entered
  if (unit % 2 === 0) records.push(bought(unit, entered + 5_000, unit));
  if (unit % 4 === 0) records.push(bought(unit, entered + day, 2 * unit));
  records.push(bought(unit, since - 3 * day, unit + (unit % 7)));
  records.push(bought(unit, until + 5_000, 1e6)); // after the end
}
await insertLogs(temporary.warehouse, [{ environment, records }]);

const metricOf = (definition: object, more: object = {}): Metric =>
  Metric.parse({ key: "m", definition, ...more });
const history = (more: object = {}): History => History.parse({ days: 7, until, ...more });
async function opened(metric: Metric, more: object = {}, of: string = environment) {
  const found = await openHistory(temporary.warehouse, of, {
    history: history(more),
    metrics: [metric],
    now: until + day,
  });
  assert.ok(found.ok, JSON.stringify(found));
  return found.value;
}

/** What each unit bought from when it entered to the end. */
const expected = Array.from({ length: count }, (_, unit) => [
  ...(unit % 2 === 0 ? [unit] : []),
  ...(unit % 4 === 0 ? [2 * unit] : []),
]);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

test("units enter on the day of their first exposure, of whom was asked for", async () => {
  const metric = metricOf({ type: "sum", event: "buy" });
  const all = (await opened(metric)).found;
  assert.deepEqual([all.units, all.entered, all.newUnits], [60, "exposures", [12, 12, 12, 12, 12, 0, 0]]);
  assert.equal((await opened(metric, { variant: "a" })).found.units, 30);
  assert.equal((await opened(metric, { flag: "g" })).found.units, 20);
  assert.equal((await opened(metric, { targeting: { country: "CH" } })).found.units, 20);
  assert.equal((await opened(metric, { experiment: "none" })).found.units, 0);
  assert.equal((await opened(metric, {}, "nowhere")).found.units, 0);
});

test("baselines are those of what units did after they entered", async () => {
  const cases = [
    [{ type: "binary", event: "buy" }, meanOf(expected.map((values) => (values.length > 0 ? 1 : 0)))],
    [{ type: "sum", event: "buy" }, meanOf(expected.map(sumOf))],
    [{ type: "mean", event: "buy" }, meanOf(expected.filter((values) => values.length > 0).map(meanOf))],
  ] as const;
  for (const [definition, mean] of cases) {
    const metric = metricOf(definition, { covariate: { lookbackDays: 7 } });
    const { from } = await opened(metric);
    const found = await baselineOf(temporary.warehouse, metric, from);
    assert.ok(found.ok && found.value.kind === "known", JSON.stringify(found));
    const { baseline, covariateCorrelation } = found.value;
    const own =
      baseline.kind === "mean" ? baseline.mean : baseline.kind === "proportion" ? baseline.rate : Number.NaN;
    assert.ok(Math.abs(own - mean) < 1e-9, `${definition.type}: ${own} is not ${mean}`);
    if (definition.type !== "binary") assert.ok((covariateCorrelation ?? 0) > 0.2);
    const units = await ownUnits(temporary.warehouse, metric, from, new AbortController().signal);
    assert.ok(units.ok && Math.abs(meanOf([...units.value.values]) - mean) < 1e-9);
  }
  const ratio = metricOf({
    type: "ratio",
    numerator: { event: "buy", aggregate: "sum" },
    denominator: { event: "buy" },
  });
  const found = await baselineOf(temporary.warehouse, ratio, (await opened(ratio)).from);
  assert.ok(found.ok && found.value.kind === "known" && found.value.baseline.kind === "ratio");
  const { meanNumerator, meanDenominator } = found.value.baseline;
  assert.ok(Math.abs(meanNumerator / meanDenominator - meanOf(expected.flat())) < 1e-9);
});

test("days of a unit add up to its value, for every kind of metric", async () => {
  const definitions = [
    { type: "count", event: "buy" },
    { type: "retention", event: "buy", fromDay: 0, toDay: 2 },
    { type: "funnel", steps: [{ event: "buy" }, { event: "buy" }] },
    { type: "time_to", event: "buy" },
  ];
  for (const definition of definitions) {
    const metric = metricOf(definition);
    const { from } = await opened(metric);
    const byDay = isAdditive(metric);
    const read = await readHistory(temporary.warehouse, valueStatement(metric, from, byDay), undefined);
    assert.ok(read.ok);
    const total = sumOf([...(read.value.columns[2] ?? [])]);
    const wanted = { count: 45, retention: 45, funnel: 15 }[
      definition.type as "count" | "retention" | "funnel"
    ];
    if (wanted !== undefined) assert.equal(total, wanted, definition.type);
    assert.equal(new Set(read.value.units).size, count);
  }
});

test("without exposures units enter with their first event", async () => {
  const other = "events-only" as EnvironmentKey;
  await insertLogs(temporary.warehouse, [
    {
      environment: other,
      records: [bought(1, since + 5, 3), bought(1, since + day, 4), bought(2, until + 5, 9)],
    },
  ]);
  const metric = metricOf({ type: "sum", event: "buy" });
  const { found, from } = await opened(metric, {}, other);
  assert.deepEqual([found.units, found.entered], [1, "events"]);
  const few = await baselineOf(temporary.warehouse, metric, from);
  assert.deepEqual(few, { ok: true, value: { kind: "too_few_units", units: 1, unitsMin: 30 } });
});

test("a read that was given up is over", async () => {
  const metric = metricOf({ type: "sum", event: "buy" });
  const { from } = await opened(metric);
  const given = AbortSignal.abort();
  const read = await readHistory(temporary.warehouse, valueStatement(metric, from, true), given);
  assert.deepEqual(read, { ok: false, failure: { code: "cancelled" } });
});
