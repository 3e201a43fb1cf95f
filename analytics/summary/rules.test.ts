import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { definitionOf } from "../../actors/experiment/testing/records.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { systemClock } from "../../runtime/index.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { assertNear } from "../testing/near.ts";
import { recount } from "../testing/recount.ts";
import { warehouseSummary } from "./summary.ts";

const temporary = await warehouseHere();

const hour = 3_600_000;
const day = 24 * hour;
/** Recent, so that no row is beyond its retention; a day's begin. */
const start = Math.floor(systemClock.now() / day) * day - 40 * day;

const metrics = [
  { key: "any", definition: { type: "binary", event: "buy" }, covariate: { lookbackDays: 7 } },
  { key: "count", definition: { type: "count", event: "buy" }, window: { type: "conversion", hours: 5 } },
  {
    key: "sum",
    definition: { type: "sum", event: "buy" },
    window: { type: "day" },
    covariate: { lookbackDays: 7 },
  },
  {
    key: "mean",
    definition: { type: "mean", event: "buy" },
    window: { type: "session" },
    covariate: { lookbackDays: 7 },
  },
  {
    key: "third",
    definition: { type: "mean", event: "buy" },
    window: { type: "conversion", hours: 1 / 3 },
  },
  {
    key: "ratio",
    definition: {
      type: "ratio",
      numerator: { event: "buy", aggregate: "sum" },
      denominator: { event: "view" },
    },
    window: { type: "lifetime" },
  },
];
const withBots = (bots: "excluded" | "included"): ExperimentDefinition =>
  definitionOf("exp", metrics, { phase: 2, dimensions: ["country", "it's"], bots });

const unitOf = (unit: number): UnitId =>
  `${String.fromCharCode(65 + unit)}${unit % 2 === 0 ? "Q" : "x"}${String(unit).padStart(20, "A")}` as UnitId;

/** Mostly close together, sometimes days apart: windows, days and the bound on waiting all matter. */
const ts = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map((steps) => start + steps * 20 * 60_000),
  fc.integer({ min: 0, max: 60 }).map((steps) => start + steps * 5 * hour),
);
const late = fc.oneof(
  { arbitrary: fc.constant(0), weight: 4 },
  { arbitrary: fc.integer({ min: 0, max: 10 }).map((days) => days * day), weight: 2 },
);
const session = fc.option(fc.constantFrom("s1", "s2"), { nil: undefined });
const metadata = fc.option(
  fc.record(
    { country: fc.constantFrom("DE", "FR", 1, "1", true, null), "it's": fc.constantFrom("x", { y: [1.5] }) },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const unit = fc.nat(7);
const common = { ts, late, session, metadata };
const without = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;

/** A few ids of each kind come again, stamped anew; an id names its unit. */
const record: fc.Arbitrary<LogRecord> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ ...common, id: fc.nat(60), stray: fc.nat(9), odd: fc.nat(9) }).map((of) =>
      without({
        type: "exposure",
        id: `x${of.id}`,
        ts: of.ts,
        at: of.ts + of.late,
        unit: unitOf(of.id % 8),
        experiment: of.id % 19 === 18 ? "other" : "exp",
        phase: of.id % 17 === 16 ? 1 : 2,
        variant: of.id % 11 > 6 ? "b" : "a",
        flag: "f",
        session: of.session,
        metadata: of.metadata,
        ...(of.id === 7 ? { bot: true } : {}),
      } as unknown as LogRecord),
    ),
  },
  {
    weight: 14,
    arbitrary: fc
      .record({ ...common, id: fc.nat(200), value: fc.integer({ min: -50, max: 1_000 }) })
      .map((of) =>
        without({
          type: "metric",
          id: `m${of.id}`,
          ts: of.ts,
          at: of.ts + of.late,
          unit: unitOf(of.id % 8),
          name: of.id % 3 === 0 ? "view" : "buy",
          value: of.value / 10,
          session: of.session,
          metadata: of.metadata,
          ...(of.id === 15 ? { bot: true } : {}),
        } as unknown as LogRecord),
      ),
  },
  fc.nat(3).map((of): LogRecord => ({
    type: "identify",
    id: `i${of}`,
    ts: start,
    at: start,
    unit: unitOf(of),
    known: unitOf(of % 2 === 0 ? 4 : 5),
  })),
  {
    weight: 1,
    arbitrary: fc
      .record({ unit: fc.constantFrom(2, 6, 7), id: fc.nat(20), analytics: fc.boolean() })
      .map((of): LogRecord => ({
        type: "consent",
        id: `c${of.id}-${of.unit}`,
        ts: start,
        at: start,
        unit: unitOf(of.unit),
        analytics: of.unit > 2 || of.analytics,
      })),
  },
  fc.constant({ unit: 3 }).map((of): LogRecord => ({
    type: "bot",
    id: `b${of.unit}`,
    at: start,
    unit: unitOf(of.unit),
  })),
  fc
    .record({
      metric: fc.constantFrom("any", "sum", "mean"),
      values: fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }),
    })
    .map((of): LogRecord => ({
      type: "covariates",
      id: `v-${of.metric}`,
      at: start,
      experiment: "exp" as never,
      phase: 2,
      metric: of.metric as never,
      units: of.values.map((_, index) => unitOf(index)),
      values: of.values.map((value) => [of.metric === "any" ? value % 2 : value] as const),
    })),
);
const deletion = fc.option(
  unit.map((of): LogRecord => ({ type: "deletion", id: `d${of}`, at: start, unit: unitOf(of) })),
  { nil: undefined, freq: 8 },
);
const plain = new Set<LogRecord["type"]>(["exposure", "metric"]);
const logs = fc
  .tuple(fc.array(record, { minLength: 1, maxLength: 300, size: "max" }), deletion, fc.nat(3))
  .map(([records, last, kind]) => [
    ...(kind === 0 ? records.filter(({ type }) => plain.has(type)) : records), // an environment without any of the rest
    ...(last === undefined ? [] : [last]),
  ]);

test("ClickHouse counts by the rules, whatever the log: totals, days and dimensions equal a slow recount", async () => {
  const cases = fc.sample(logs, { seed: 20_261_121, numRuns: 16 }).map((records, index) => ({
    environment: EnvironmentKey.parse(`e${index}`),
    records,
  }));
  await insertLogs(temporary.warehouse, cases);
  const met = { crossovers: 0, optedOut: 0, bots: 0 };
  for (const [index, { environment, records }] of cases.entries()) {
    const definition = withBots(index % 5 === 0 ? "included" : "excluded");
    const expected = recount(definition, records);
    const detail = index % 2 === 0 ? "days" : "dimensions";
    const { days, dimensions, ...total } = expected;
    const answer = await warehouseSummary(temporary.warehouse, { environment, definition, detail });
    assert.ok(answer.ok, JSON.stringify(answer));
    const wanted = detail === "days" ? { ...total, days } : { ...total, dimensions };
    assertNear(answer.value, wanted, `case ${index} ${detail}`);
    met.crossovers += expected.crossovers;
    met.optedOut += expected.optedOut ?? 0;
    met.bots += expected.bots ?? 0;
  }
  for (const [reason, units] of Object.entries(met)) assert.ok(units > 1, `${reason} were met: ${units}`);
});

test("sums over ranges of units and up to a position are those of that part of the log", async () => {
  const definition = withBots("excluded");
  const [records = []] = fc.sample(fc.array(record, { minLength: 150, maxLength: 150 }), {
    seed: 4,
    numRuns: 1,
  });
  const plainOnly = records.filter(({ type }) => plain.has(type));
  const environment = EnvironmentKey.parse("parts");
  await insertLogs(temporary.warehouse, [{ environment, records: plainOnly }]);
  const half = (1n << 63n).toString();
  const ranges = [
    { from: "0", to: half },
    { from: ((1n << 63n) + 1n).toString(), to: ((1n << 64n) - 1n).toString() },
  ];
  let units = 0;
  for (const range of ranges) {
    const answer = await warehouseSummary(temporary.warehouse, { environment, definition }, { range });
    assert.ok(answer.ok);
    units += answer.value.variants.reduce((sum, arm) => sum + arm.units, answer.value.crossovers);
  }
  const whole = recount(definition, plainOnly);
  assert.equal(
    units,
    whole.variants.reduce((sum, arm) => sum + arm.units, whole.crossovers),
  );
  for (const position of [10, 60]) {
    const positions = [position, position, position];
    const answer = await warehouseSummary(temporary.warehouse, { environment, definition }, { positions });
    assert.ok(answer.ok, JSON.stringify(answer));
    const { days: _, dimensions: __, ...expected } = recount(definition, plainOnly.slice(0, position));
    assertNear(answer.value, expected, `up to ${position}`);
  }
});
