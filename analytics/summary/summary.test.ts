import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionOf, unitOf } from "../../actors/experiment/testing/records.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { eventHash, uint64Text, unitHash } from "../../protocols/hash64.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { seededRandom, systemClock } from "../../runtime/index.ts";
import type { Random } from "../../runtime/index.ts";
import { tables } from "../schema/tables.ts";
import { warehouseSummary } from "./summary.ts";
import { assertNear } from "../testing/near.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";

const temporary = await warehouseHere();

const metrics = [
  { key: "any", definition: { type: "binary", event: "click" } },
  { key: "clicks", definition: { type: "count", event: "click" } },
  { key: "spent", definition: { type: "sum", event: "purchase" } },
  { key: "average", definition: { type: "mean", event: "purchase" } },
  { key: "far", definition: { type: "mean", event: "offset" } },
  { key: "farther", definition: { type: "sum", event: "offset" } },
  {
    key: "rate",
    definition: { type: "ratio", numerator: { event: "click" }, denominator: { event: "view" } },
  },
  {
    key: "price",
    definition: {
      type: "ratio",
      numerator: { event: "purchase", aggregate: "sum" },
      denominator: { event: "view", aggregate: "count" },
    },
  },
  { key: "never", definition: { type: "mean", event: "nothing" } },
];
const ofPhase = (experiment: string, phase: number): ExperimentDefinition =>
  definitionOf(experiment, metrics, {
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "its", variation: "on", weight: 3_000 },
      { key: "empty", variation: "on", weight: 2_000 },
    ],
    control: "control",
    phase,
  });

interface Exposure {
  readonly id: string;
  readonly ts: number;
  readonly env: string;
  readonly phase: number;
  readonly unit: UnitId;
  readonly variant: string;
}
interface Event {
  readonly id: string;
  readonly ts: number;
  readonly env: string;
  readonly unit: UnitId;
  readonly name: string;
  readonly value: number;
}

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random.fraction() * values.length)] as Value;

/** End of a month, so that the data lie in two partitions. */
const start = Date.UTC(2026, 0, 31, 23, 0, 0);
const within = (random: Random): number => start + Math.floor(random.fraction() * 7_200_000);

function randomData(seed: number, env: string): { exposures: Exposure[]; events: Event[] } {
  const random = seededRandom(seed);
  const units = Array.from({ length: 300 }, (_, index) => unitOf(index));
  const exposures = Array.from({ length: 500 }, (_, index): Exposure => {
    const unit = pick(random, units);
    // Mostly the variant that the unit's name says, so that some units cross over and most do not.
    const variant =
      random.fraction() < 0.9
        ? unit.charCodeAt(0) % 2 === 0
          ? "control"
          : "its"
        : pick(random, ["control", "its"]);
    return {
      id: `x${seed}-${index}`,
      ts: within(random),
      env: random.fraction() < 0.95 ? env : `${env}-other`,
      phase: random.fraction() < 0.9 ? 2 : 1,
      unit,
      variant,
    };
  });
  const events = Array.from({ length: 3_000 }, (_, index): Event => {
    const name = pick(random, ["click", "purchase", "view", "offset", "else"]);
    const value =
      name === "offset"
        ? 1e9 + Math.floor(random.fraction() * 2)
        : Math.round(random.fraction() * 1e4) / 100 - 20;
    return {
      id: `m${seed}-${index}`,
      ts: within(random),
      env: random.fraction() < 0.95 ? env : `${env}-other`,
      unit: pick(random, units),
      name,
      value,
    };
  });
  // An event at the very moment of an exposure counts; a repeated id, stamped anew, does not.
  for (const { ts, unit } of exposures.slice(0, 20))
    events.push({ id: `at${seed}-${ts}-${unit}`, ts, env, unit, name: "click", value: 1 });
  for (const event of events.slice(0, 200)) events.push({ ...event, ts: within(random), value: 99 });
  for (const exposure of exposures.slice(0, 50)) exposures.push({ ...exposure, ts: within(random) });
  return { exposures, events };
}

async function insertAll(exposures: readonly Exposure[], events: readonly Event[]): Promise<void> {
  const exposureRows = exposures.map(({ id, ts, env, phase, unit, variant }, index) => [
    ts,
    env,
    "exp",
    phase,
    variant,
    "f",
    uint64Text(unitHash(unit)),
    uint64Text(eventHash("exposure", id)),
    "",
    "",
    systemClock.now(),
    1e9 - index,
    0,
  ]);
  const eventRows = events.map(({ id, ts, env, unit, name, value }, index) => [
    ts,
    env,
    name,
    uint64Text(unitHash(unit)),
    uint64Text(eventHash("metric", id)),
    value,
    "",
    "",
    systemClock.now(),
    1e9 - index,
    0,
  ]);
  const half = Math.floor(eventRows.length / 2); // two parts, so that FINAL has work to do
  for (const [table, rows] of [
    ["exposures", exposureRows],
    ["events", eventRows.slice(0, half)],
    ["events", eventRows.slice(half)],
  ] as const) {
    const inserted = await temporary.warehouse.insert(tables[table], rows);
    assert.deepEqual(inserted, { ok: true, value: undefined });
  }
}

const firstById = <Record extends { id: string }>(records: readonly Record[]): Record[] => [
  ...new Map([...records].reverse().map((record) => [record.id, record])).values(),
];

interface Unit {
  readonly variants: Set<string>;
  t0: number;
  variant: string;
  readonly events: Event[];
}

/** The rules said once more, the slow way. */
function unitsByHand(
  data: { exposures: readonly Exposure[]; events: readonly Event[] },
  env: string,
  phase: number,
): Unit[] {
  const units = new Map<UnitId, Unit>();
  for (const { unit, variant, ts } of firstById(data.exposures).filter(
    (exposure) => exposure.env === env && exposure.phase === phase,
  )) {
    const present = units.get(unit) ?? { variants: new Set<string>(), t0: Infinity, variant, events: [] };
    present.variants.add(variant);
    if (ts < present.t0) [present.t0, present.variant] = [ts, variant];
    units.set(unit, present);
  }
  for (const event of firstById(data.events)) {
    const unit = units.get(event.unit);
    if (unit !== undefined && event.env === env && event.ts >= unit.t0) unit.events.push(event);
  }
  return [...units.values()];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const meanOf = (values: readonly number[]): number =>
  values.length === 0
    ? 0
    : sum(values.map((value) => value - (values[0] ?? 0))) / values.length + (values[0] ?? 0);

function byHand({ definition }: Metric, units: readonly Unit[]): MetricSummary {
  const amount = (unit: Unit, event: string, aggregate: "count" | "sum"): number => {
    const values = unit.events.filter(({ name }) => name === event).map(({ value }) => value);
    return aggregate === "count" ? values.length : sum(values);
  };
  const cross = (a: readonly number[], b: readonly number[]): number => {
    const [meanA, meanB] = [meanOf(a), meanOf(b)];
    return sum(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB)));
  };
  const moments = (values: readonly number[]): MetricSummary => ({
    kind: "mean",
    count: values.length,
    mean: meanOf(values),
    squaredDeviations: cross(values, values),
  });
  switch (definition.type) {
    case "binary":
      return {
        kind: "proportion",
        count: units.length,
        successes: units.filter((unit) => amount(unit, definition.event, "count") > 0).length,
      };
    case "count":
    case "sum":
      return moments(units.map((unit) => amount(unit, definition.event, definition.type)));
    case "mean":
      return moments(
        units
          .filter((unit) => amount(unit, definition.event, "count") > 0)
          .map((unit) => amount(unit, definition.event, "sum") / amount(unit, definition.event, "count")),
      );
    case "ratio": {
      const numerators = units.map((unit) =>
        amount(unit, definition.numerator.event, definition.numerator.aggregate),
      );
      const denominators = units.map((unit) =>
        amount(unit, definition.denominator.event, definition.denominator.aggregate),
      );
      return {
        kind: "ratio",
        count: units.length,
        meanNumerator: meanOf(numerators),
        meanDenominator: meanOf(denominators),
        squaredNumerator: cross(numerators, numerators),
        squaredDenominator: cross(denominators, denominators),
        crossDeviations: cross(numerators, denominators),
      };
    }
    default:
      throw new Error(`agreement.test.ts looks at ${definition.type}`);
  }
}

for (const seed of [1, 2, 3]) {
  test(`ClickHouse and a computation by hand agree to 1e-9 on random data, seed ${seed}`, async () => {
    const env = `env${seed}`;
    const data = randomData(seed, env);
    await insertAll(data.exposures, data.events);
    for (const phase of [1, 2]) {
      const definition = ofPhase("exp", phase);
      const answer = await warehouseSummary(temporary.warehouse, {
        environment: EnvironmentKey.parse(env),
        definition,
      });
      assert.ok(answer.ok, JSON.stringify(answer));
      const units = unitsByHand(data, env, phase);
      const counted = units.filter(({ variants }) => variants.size === 1);
      assert.equal(answer.value.crossovers, units.length - counted.length);
      assert.ok(phase === 1 || answer.value.crossovers > 0);
      assert.deepEqual(
        answer.value.variants.map(({ variant }) => variant),
        ["control", "its", "empty"],
      );
      for (const { variant, units: count, metrics: summaries } of answer.value.variants) {
        const arm = counted.filter((unit) => unit.variant === variant);
        assert.equal(count, arm.length);
        for (const metric of definition.metrics) {
          const summary = summaries[metric.key];
          assert.ok(summary !== undefined);
          assertNear(summary, byHand(metric, arm), `${variant}.${metric.key}`, 1e-3);
        }
      }
    }
  });
}

test("an experiment without any row has arms of zero units", async () => {
  const answer = await warehouseSummary(temporary.warehouse, {
    environment: EnvironmentKey.parse("nobody"),
    definition: ofPhase("none", 1),
  });
  assert.ok(answer.ok);
  assert.equal(answer.value.crossovers, 0);
  assert.deepEqual(
    answer.value.variants.map(({ units }) => units),
    [0, 0, 0],
  );
  assert.deepEqual(answer.value.variants[0]?.metrics["average"], {
    kind: "mean",
    count: 0,
    mean: 0,
    squaredDeviations: 0,
  });
});
