import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import type { ExperimentKey, MetricKey } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { Partition } from "./partition.ts";
import { mergeExperiments } from "../../analytics/statistics/merge.ts";
import { defined, definitionOf, event, exposure, unitOf } from "./testing/records.ts";
import { recount } from "./testing/recount.ts";

// The fold against the rules themselves: whatever comes, in whatever order, through snapshots at any point.

const hour = 3_600_000;
const day = 24 * hour;
const buy = { type: "binary", event: "buy" };
const spent = { type: "sum", event: "buy" };
const perVisit = {
  type: "ratio",
  numerator: { event: "buy", aggregate: "sum" },
  denominator: { event: "visit", aggregate: "count" },
};
const checkout = definitionOf(
  "checkout",
  [
    { key: "bought", definition: buy, covariate: { lookbackDays: 7 } },
    { key: "purchases", definition: { type: "count", event: "buy" } },
    { key: "revenue", definition: spent, covariate: { lookbackDays: 7 } },
    { key: "basket", definition: { type: "mean", event: "buy" } },
    { key: "per-visit", definition: perVisit },
  ],
  { dimensions: ["plan", "beta"] },
);
const search = definitionOf(
  "search",
  [
    { key: "soon", definition: buy, window: { type: "conversion", hours: 3 } },
    { key: "today", definition: spent, window: { type: "day" } },
    { key: "visit", definition: { type: "count", event: "visit" }, window: { type: "session" } },
    { key: "ever", definition: buy },
    { key: "rate", definition: perVisit, window: { type: "session" } },
    { key: "average", definition: { type: "mean", event: "buy" }, window: { type: "conversion", hours: 26 } },
  ],
  { bots: "included" },
);
const definitions = [defined(checkout), defined(search)];

interface Shape {
  /** Log time between records. */
  readonly stepMs: number;
  readonly identities: boolean;
  readonly consent: boolean;
  /** A record's own place in time, so that no two are the same moment. */
  readonly distinct: boolean;
}

/** A log: each record is placed in time by its place in the log, a little out of order, and tells of a moment before. */
const logOf = ({ stepMs, identities, consent, distinct }: Shape): fc.Arbitrary<LogRecord[]> => {
  const facts = fc.record({
    kind: fc.integer({ min: 0, max: 99 }),
    unit: fc.nat(7),
    other: fc.nat(2),
    arm: fc.constantFrom("a", "a", "a", "b"),
    experiment: fc.constantFrom("checkout", "search"),
    name: fc.constantFrom("buy", "buy", "visit", "nobody-reads-this"),
    value: fc.integer({ min: -5, max: 100 }),
    ago: fc.oneof(fc.nat(4), fc.nat(40), fc.nat(200)),
    jitter: fc.nat(20),
    id: fc.nat(100),
    session: fc.option(fc.constantFrom("s1", "s2"), { nil: undefined }),
    plan: fc.constantFrom("free", "pro", undefined),
    beta: fc.constantFrom(true, null),
    bot: fc.integer({ min: 0, max: 60 }).map((draw) => draw === 0),
    agrees: fc.boolean(),
  });
  return fc.array(facts, { minLength: 1, maxLength: 150, size: "max" }).map((all) =>
    all.map((each, index): LogRecord => {
      const at = day + index * stepMs + each.jitter * 60_000;
      const ts = at - each.ago * 0.25 * hour + (distinct ? index : 0);
      const session = each.session === undefined ? {} : { session: each.session };
      const common = { at, ...session, ...(each.bot ? { bot: true as const } : {}) };
      const metadata = { ...(each.plan === undefined ? {} : { plan: each.plan }), beta: each.beta };
      const { kind, unit } = each;
      if (kind < 35) {
        const arm = unit % 3 === 0 ? each.arm : "a";
        return exposure(unit, arm, ts, {
          ...common,
          id: `x${unit}-${each.id % 60}`,
          experiment: each.experiment as ExperimentKey,
          metadata,
        });
      }
      if (kind < 90 || (kind < 95 && !identities) || (kind >= 95 && kind < 98 && !consent))
        return event(unit, each.name, each.value, ts, { ...common, id: `m${unit}-${each.id}` });
      const id = `o${index}`;
      if (kind < 95)
        return { type: "identify", id, ts, at, unit: unitOf(unit % 5), known: unitOf(5 + each.other) };
      if (kind < 98) return { type: "consent", id, ts, at, unit: unitOf(unit), analytics: each.agrees };
      if (kind === 98) return { type: "bot", id, at, unit: unitOf(unit) };
      return each.agrees
        ? { type: "deletion", id, at, unit: unitOf(unit) }
        : {
            type: "covariates",
            id,
            at,
            experiment: "checkout" as ExperimentKey,
            phase: 1,
            metric: "revenue" as MetricKey,
            units: [unitOf(unit)],
            values: [[each.value]],
          };
    }),
  );
};

/** Equal but for the rounding of sums that the recount makes in another order. */
function alike(actual: unknown, expected: unknown, path = ""): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const near = Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
    assert.ok(near, `${path}: ${actual} is not ${expected}`);
  } else if (
    typeof expected === "object" &&
    expected !== null &&
    typeof actual === "object" &&
    actual !== null
  ) {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), path);
    for (const [key, value] of Object.entries(expected))
      alike((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
  } else {
    assert.deepEqual(actual, expected, path);
  }
}

/** Values of a dimension in one order. */
const sorted = (summary: ReturnType<typeof recount> | undefined): unknown =>
  summary?.dimensions === undefined
    ? summary
    : {
        ...summary,
        dimensions: Object.fromEntries(
          Object.entries(summary.dimensions).map(([name, values]) => [
            name,
            values.toSorted((a, b) => (a.value < b.value ? -1 : 1)),
          ]),
        ),
      };

describe("a partition under any order of records", () => {
  const cases: readonly (readonly [string, Shape])[] = [
    ["late and early", { stepMs: 0.5 * hour, identities: false, consent: true, distinct: false }],
    ["waiting more than a week", { stepMs: 5 * hour, identities: false, consent: false, distinct: false }],
    ["identities", { stepMs: 0.3 * hour, identities: true, consent: true, distinct: false }],
  ];
  for (const [what, shape] of cases)
    test(`its sums equal a recount, through a snapshot at any point: ${what}`, () => {
      fc.assert(
        fc.property(logOf(shape), fc.nat(120), (records, cut) => {
          let partition = new Partition();
          const log = [...definitions, ...records];
          for (const [index, each] of log.entries()) {
            if (index === cut) partition = Partition.decode(partition.encode());
            partition.take(each, index);
          }
          for (const experiment of ["checkout", "search"])
            alike(
              sorted(partition.tally(experiment)?.summary(true)),
              sorted(recount(log, experiment)),
              experiment,
            );
        }),
        { numRuns: 200, seed: 20_261_121 },
      );
    });
});

describe("partitions that hand units to one another", () => {
  test("their sums together are those of one, whatever the order and however often a handover comes", () => {
    fc.assert(
      fc.property(
        logOf({ stepMs: 0.3 * hour, identities: true, consent: false, distinct: true }),
        fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 }),
        fc.nat(120),
        (records, draws, cut) => {
          const count = 3;
          let partitions = Array.from(
            { length: count },
            (_, partition) => new Partition({ key: `test/${partition}`, partition, partitions: count }),
          );
          const log: LogRecord[] = [...definitions, ...records];
          const pending: LogRecord[] = [];
          const delivered: LogRecord[] = [];
          let position = 0;
          const give = (record: LogRecord): void => {
            position++;
            for (const [index, partition] of partitions.entries())
              if (placesOf(record, count).includes(index)) partition.take(record, position);
            for (const partition of partitions) {
              for (const { record: out } of partition.outgoing) pending.push(out);
              partition.sent(new Set(partition.outgoing.map(({ record: out }) => out.id)));
            }
          };
          const deliver = (draw: number): void => {
            const [record] = pending.splice(draw % pending.length, 1);
            if (record === undefined) return;
            delivered.push(record);
            give(record);
            if (draw % 3 === 0)
              give({ ...(delivered[draw % delivered.length] ?? record), id: `again-${draw}` } as LogRecord);
          };
          for (const [index, each] of log.entries()) {
            if (index === cut)
              partitions = partitions.map((partition) => Partition.decode(partition.encode()));
            give(each);
            const draw = draws[index] ?? 0;
            if (draw % 4 === 0 && pending.length > 0) deliver(draw);
          }
          for (let turn = 0; pending.length > 0 && turn < 10_000; turn++)
            deliver(draws[turn % draws.length] ?? 0);
          const one = new Partition();
          for (const [index, each] of log.entries()) one.take(each, index);
          for (const experiment of ["checkout", "search"]) {
            const summaries = partitions.map((partition) => partition.tally(experiment)?.summary(true));
            const together = summaries.filter((each) => each !== undefined).reduce(mergeExperiments);
            alike(sorted(together), sorted(one.tally(experiment)?.summary(true)), experiment);
          }
        },
      ),
      { numRuns: 300, seed: 20_261_121 },
    );
  });
});

/** Which partitions read a record. */
function placesOf(record: LogRecord, partitions: number): number[] {
  switch (record.type) {
    case "definition":
      return Array.from({ length: partitions }, (_, index) => index);
    case "covariates":
      return record.units.map((unit) => partitionOf(unit, partitions));
    case "identify":
      return [...new Set([partitionOf(record.unit, partitions), partitionOf(record.known, partitions)])];
    case "merge":
      return [partitionOf(record.known, partitions)];
    default:
      return [partitionOf(record.unit, partitions)];
  }
}
