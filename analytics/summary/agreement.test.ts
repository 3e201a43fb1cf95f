import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { Partition } from "../../actors/experiment/partition.ts";
import { definitionOf } from "../../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { systemClock } from "../../runtime/index.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { arbitraryMetric } from "../testing/arbitrary-metrics.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { assertNear } from "../testing/near.ts";
import { recount } from "../testing/recount.ts";
import { warehouseSummary } from "./summary.ts";

// One definition, three readings of it: the fold, ClickHouse's SQL and the plain recount give the same sums, whatever the
// metric and whatever the events. WEIR_AGREEMENT_CASES runs more of it; WEIR_AGREEMENT_SEED runs others.

const cases = Number(process.env["WEIR_AGREEMENT_CASES"] ?? 15);
const seed = Number(process.env["WEIR_AGREEMENT_SEED"] ?? 20_261_121);

const temporary = await warehouseHere();

const hour = 3_600_000;
const day = 24 * hour;
const start = Math.floor(systemClock.now() / day) * day - 40 * day;
const units = 6;
const unitOf = (unit: number): UnitId => `${String.fromCharCode(65 + unit * 3)}x${"A".repeat(20)}` as UnitId;

const member = fc.constantFrom<unknown>(
  ..."gold go silver é😀 it's\n\\ 1 true".split(" "),
  "",
  "\ud800",
  0,
  -0,
  1,
  2.5,
  5,
  -3,
  0.1,
  1e20,
  1e300,
  5e-324,
  123_456_789_012_345_680_000,
  2 ** 63,
  2 ** 53,
  true,
  false,
  null,
  [],
  ["gold"],
  {},
  { b: 1 },
  ["gold", 1, true, null],
  ["go", ["gold"], "", 2.5, 1e20, false],
  ..."1.2.3 1.2.3-rc.1 1.2.3-rc.1.a 1.2.3-2 1.2.10 v1.2.3 2.0.0-0".split(" "),
  ..."2020-02-29T12:00:00Z 2020-02-29t13:00:00.0005+01:00 2020-02-30T12:00:00Z 1999-01-31T00:00:00-23:59".split(
    " ",
  ),
  ..."10.1.2.3 ::ffff:10.1.2.3 ::1 2001:db8::1 10.1.2.03 2001:db8:8000::".split(" "),
);
const properties = fc.option(
  fc.record(
    {
      kind: member,
      price: fc.oneof(member, fc.integer({ min: -5, max: 50 })),
      odd: member,
      "it's": member,
      "a.b": member,
      a: fc.oneof(member, fc.record({ b: member }, { requiredKeys: [] })),
      c: fc.record({ d: fc.oneof(member, fc.record({ e: member })) }),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined, freq: 6 },
);

interface Said {
  readonly kind: number;
  readonly id: number;
  readonly minutes: number;
  readonly late: number;
  readonly session: string | undefined;
  readonly properties: Readonly<Record<string, unknown>> | undefined;
  readonly value: number;
  readonly other: number;
}
const said: fc.Arbitrary<Said> = fc.record({
  kind: fc.nat(99),
  id: fc.nat(80),
  minutes: fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((steps) => steps * 10),
    fc.nat(5 * 24 * 60),
  ),
  late: fc.constantFrom(0, 0, 0, hour, 3 * day),
  session: fc.constantFrom(undefined, "s1", "s2", "s3"),
  properties,
  value: fc.oneof(
    fc.integer({ min: -5, max: 60 }),
    fc.integer({ min: -50, max: 600 }).map((value) => value / 10),
  ),
  other: fc.nat(1),
});

/** Ids name their unit, and come again with other content; the later ones say nothing. */
function recordOf({ kind, id, minutes, late, session, properties: metadata, value, other }: Said): LogRecord {
  const unit = id % units;
  const ts = start + minutes * 60_000;
  const named = {
    ...(session === undefined ? {} : { session }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const common = { ts, at: ts + late, unit: unitOf(unit), ...named };
  if (kind < 20) {
    const variant = unit % 2 === 0 || id > 70 ? "a" : "b";
    const own = { experiment: "exp", phase: 1, variant, flag: "f" };
    return { type: "exposure", id: `x${id}`, ...common, ...own } as unknown as LogRecord;
  }
  if (kind < 97) {
    const name = ["buy", "buy", "view", "search"][id % 4] as string;
    return { type: "metric", id: `m${id}`, ...common, name, value } as unknown as LogRecord;
  }
  if (kind === 97 && id < 30)
    return {
      type: "covariates",
      id: "before",
      at: start,
      experiment: "exp",
      phase: 1,
      metric: "m0",
      units: [0, 1, 2, 3].map(unitOf),
      values: [[2], [0.25], [5], [1]],
    } as unknown as LogRecord;
  return { type: "identify", id: `i${other}`, ts, at: ts, unit: unitOf(other), known: unitOf(other + 4) };
}

const arbitraryCase = fc.record({
  metrics: fc.array(arbitraryMetric, { minLength: 5, maxLength: 5 }),
  log: fc
    .array(said, { minLength: 20, maxLength: 160, size: "max" })
    // As gateways write them: late ones come late.
    .map((all) => all.map(recordOf).sort((a, b) => (a as { at: number }).at - (b as { at: number }).at)),
  cut: fc.nat(100),
});

test("fold, ClickHouse and recount agree on random metrics over random events, through a snapshot", async () => {
  const sample = fc.sample(arbitraryCase, { seed, numRuns: cases }).map((each, index) => ({
    ...each,
    environment: EnvironmentKey.parse(`agree${index}`),
    records: each.log,
  }));
  await insertLogs(temporary.warehouse, sample);
  const kinds = new Set<string>();
  let [told, silent] = [0, 0];
  for (const [index, { metrics, log, cut, environment }] of sample.entries()) {
    const keyed = metrics.map((metric, place) => ({ ...metric, key: `m${place}` }));
    const definition = definitionOf("exp", keyed);
    const { dimensions: _, ...expected } = recount(definition, log);
    let partition = new Partition();
    partition.take({ type: "definition", id: "d", at: 0, planVersion: 1, definition });
    for (const [place, record] of log.entries()) {
      if (place === cut) partition = Partition.decode(partition.encode());
      partition.take(record, place + 1);
    }
    const held = (actual: unknown, what: string): void => {
      try {
        assertNear(actual, expected, what);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        assert.fail(`case ${index}: ${reason}
${JSON.stringify(definition.metrics)}`);
      }
    };
    const folded = partition.tally("exp")?.summary(true);
    held(folded, "fold");
    const answer = await warehouseSummary(temporary.warehouse, { environment, definition, detail: "days" });
    assert.ok(answer.ok, `case ${index}: ${JSON.stringify(answer)}`);
    held(answer.value, "warehouse");
    for (const { definition: of, unit } of definition.metrics) kinds.add(`${of.type} by ${unit}`);
    for (const { metrics: sums } of expected.variants)
      for (const { kind: _kind, count, ...numbers } of Object.values(sums))
        if (Object.values(numbers).some((number) => number !== 0) || count < 2) told++;
        else silent++;
  }
  assert.ok(cases < 15 || kinds.size >= 14, `every kind of metric was met: ${[...kinds].join(", ")}`);
  assert.ok(told > silent, `and most had something to count: ${told} of ${told + silent}`);
});
