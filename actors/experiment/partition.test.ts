import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { ExperimentKey, UnitId } from "../../protocols/ids.ts";
import type {
  DefinitionRecord,
  ExposureRecord,
  LogRecord,
  MetricRecord,
} from "../../protocols/log-record.ts";
import type { MetricSummary } from "../../protocols/results.ts";
import { heldPerUnitMax } from "./held-events.ts";
import { Partition } from "./partition.ts";
import { heldMsMax } from "./unit-book.ts";

const metric = (key: string, definition: unknown) => ({ key, definition });
const definition = ExperimentDefinition.parse({
  experiment: {
    key: "checkout",
    flag: "checkout",
    variants: [
      { key: "a", variation: "a", weight: 5_000 },
      { key: "b", variation: "b", weight: 5_000 },
    ],
    control: "a",
    metrics: { primary: "bought" },
    status: "running",
    phase: 1,
  },
  metrics: [
    metric("bought", { type: "binary", event: "buy" }),
    metric("purchases", { type: "count", event: "buy" }),
    metric("revenue", { type: "sum", event: "buy" }),
    metric("basket", { type: "mean", event: "buy" }),
    metric("per-visit", {
      type: "ratio",
      numerator: { event: "buy", aggregate: "sum" },
      denominator: { event: "visit", aggregate: "count" },
    }),
  ],
});
const experiment = "checkout" as ExperimentKey;
const unitOf = (number: number): UnitId =>
  createHash("sha256").update(String(number)).digest().subarray(0, 16).toString("base64url") as UnitId;
const defined: DefinitionRecord = { type: "definition", id: "d", at: 0, planVersion: 1, definition };

let made = 0;
const exposure = (unit: number, variant: string, ts: number, id = `x${made++}`): ExposureRecord => ({
  type: "exposure",
  id,
  ts,
  at: ts,
  unit: unitOf(unit),
  experiment,
  phase: 1,
  variant,
  flag: "checkout",
});
const event = (unit: number, name: string, value: number, ts: number, id = `m${made++}`): MetricRecord => ({
  type: "metric",
  id,
  ts,
  at: ts,
  unit: unitOf(unit),
  name,
  value,
});

function folded(records: readonly LogRecord[]): Partition {
  const partition = new Partition();
  for (const record of [defined, ...records]) partition.take(record);
  return partition;
}
const summaryOf = (partition: Partition) => partition.tally("checkout")?.summary();
const metricOf = (partition: Partition, variant: number, key: string): MetricSummary | undefined =>
  summaryOf(partition)?.variants[variant]?.metrics[key];

describe("a partition's sums", () => {
  test("an event counts from the moment of the unit's exposure on", () => {
    const partition = folded([exposure(1, "b", 100), event(1, "buy", 5, 99), event(1, "buy", 7, 100)]);
    assert.deepEqual(metricOf(partition, 1, "revenue"), {
      kind: "mean",
      count: 1,
      mean: 7,
      squaredDeviations: 0,
    });
  });

  test("an event that arrives before its exposure waits for it", () => {
    const partition = folded([event(1, "buy", 5, 120), exposure(1, "a", 100)]);
    assert.deepEqual(metricOf(partition, 0, "bought"), { kind: "proportion", count: 1, successes: 1 });
  });

  test("an earlier exposure that comes late brings in the events between, once", () => {
    const records = [
      exposure(1, "a", 200),
      event(1, "buy", 5, 150),
      event(1, "buy", 3, 250),
      exposure(1, "a", 100),
    ];
    const partition = folded([...records, exposure(1, "a", 50)]);
    assert.deepEqual(metricOf(partition, 0, "purchases"), {
      kind: "mean",
      count: 1,
      mean: 2,
      squaredDeviations: 0,
    });
  });

  test("a unit that saw two variants counts for none, whatever comes later", () => {
    const partition = folded([
      exposure(1, "a", 100),
      event(1, "buy", 5, 110),
      exposure(1, "b", 120),
      event(1, "buy", 5, 130),
      exposure(1, "a", 90),
    ]);
    const summary = summaryOf(partition);
    assert.equal(summary?.crossovers, 1);
    assert.deepEqual(
      summary?.variants.map(({ units }) => units),
      [0, 0],
    );
    assert.deepEqual(metricOf(partition, 0, "revenue"), {
      kind: "mean",
      count: 0,
      mean: 0,
      squaredDeviations: 0,
    });
  });

  test("a record whose id was seen counts no second time, and an exposure may share an id with an event", () => {
    const partition = folded([
      exposure(1, "a", 1, "same"),
      event(1, "buy", 5, 2, "same"),
      event(1, "buy", 5, 2, "same"),
    ]);
    assert.equal(partition.counts.duplicates, 1);
    assert.deepEqual(metricOf(partition, 0, "purchases"), {
      kind: "mean",
      count: 1,
      mean: 1,
      squaredDeviations: 0,
    });
  });

  test("a unit without exposure keeps its newest events only, and counts what it lost", () => {
    const events = Array.from({ length: heldPerUnitMax + 3 }, (_, index) =>
      event(1, "buy", 1, 1_000 + index),
    );
    const partition = folded([...events, exposure(1, "a", 0)]);
    assert.equal(partition.counts.expired, 3);
    assert.equal(metricOf(partition, 0, "purchases")?.kind === "mean", true);
    assert.deepEqual(metricOf(partition, 0, "revenue"), {
      kind: "mean",
      count: 1,
      mean: heldPerUnitMax,
      squaredDeviations: 0,
    });
  });

  test("an event waits for an exposure that is taken in within seven days of it, to the millisecond", () => {
    for (const [at, successes] of [
      [5 + heldMsMax, 1],
      [6 + heldMsMax, 0],
    ] as const) {
      const partition = folded([event(1, "buy", 1, 5), { ...exposure(1, "a", 0), at }]);
      assert.deepEqual(metricOf(partition, 0, "bought"), { kind: "proportion", count: 1, successes });
    }
  });

  test("the mean leaves out units without an event; the ratio keeps them", () => {
    const partition = folded([
      exposure(1, "a", 0),
      exposure(2, "a", 0),
      event(1, "buy", 4, 1),
      event(1, "buy", 8, 2),
      event(2, "visit", 1, 3),
    ]);
    assert.deepEqual(metricOf(partition, 0, "basket"), {
      kind: "mean",
      count: 1,
      mean: 6,
      squaredDeviations: 0,
    });
    const ratio = metricOf(partition, 0, "per-visit");
    assert.equal(ratio?.kind === "ratio" && ratio.count === 2 && ratio.meanNumerator === 6, true);
  });

  test("a new phase starts from nothing", () => {
    const partition = folded([exposure(1, "a", 0)]);
    const second = { ...definition, experiment: { ...definition.experiment, phase: 2 } };
    partition.take({ ...defined, id: "d2", planVersion: 2, definition: second });
    partition.take(exposure(2, "a", 0));
    assert.deepEqual(
      summaryOf(partition)?.variants.map(({ units }) => units),
      [0, 0],
    );
  });
});
