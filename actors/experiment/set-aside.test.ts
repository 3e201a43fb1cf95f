import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LogRecord } from "../../protocols/log-record.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { Partition } from "./partition.ts";
import { defined, definitionOf, event, exposure, unitOf } from "./testing/records.ts";
import { recordsPerMinuteMax } from "./units.ts";

const definition = definitionOf("checkout", [
  { key: "bought", definition: { type: "binary", event: "buy" } },
]);

function folded(records: readonly LogRecord[]): Partition {
  const partition = new Partition();
  for (const record of [defined(definition), ...records]) partition.take(record);
  return partition;
}
const unitsOf = (partition: Partition): number =>
  (partition.tally("checkout")?.summary().variants ?? []).reduce((sum, { units }) => sum + units, 0);

describe("bots", () => {
  const records = Array.from({ length: recordsPerMinuteMax + 1 }, (_, index) => event(1, "buy", 1, index));

  test("more than 600 records in a minute ask for a bot record, once; it counts when it is read", () => {
    const partition = folded([
      exposure(1, "a", 0, { at: 60_000 }),
      ...records,
      ...records.map((each) => ({ ...each, id: `${each.id}-again` })),
    ]);
    const [asked, ...others] = partition.outgoing;
    assert.equal(others.length, 0);
    assert.equal(unitsOf(partition), 1);
    assert.ok(asked?.record.type === "bot" && asked.to === unitOf(1));
    partition.take(asked.record);
    assert.equal(unitsOf(partition), 0);
    assert.deepEqual([partition.tally("checkout")?.summary().bots, partition.counts.bots], [1, 1]);
  });

  test("600 records in each of two minutes are a person's", () => {
    const next = records.slice(1).map((each) => ({ ...each, id: `${each.id}-next`, at: each.at + 60_000 }));
    assert.equal(folded([...records.slice(1), ...next]).outgoing.length, 0);
  });
});

describe("units that are set aside", () => {
  test("for several reasons count under the first of: opted out, bot, crossover", () => {
    const partition = folded([exposure(1, "a", 0), exposure(1, "b", 1)]);
    const asides = () => {
      const { crossovers = 0, bots = 0, optedOut = 0 } = partition.tally("checkout")?.summary() ?? {};
      return [crossovers, bots, optedOut];
    };
    assert.deepEqual(asides(), [1, 0, 0]);
    partition.take({ type: "bot", id: "b", at: 1, unit: unitOf(1) });
    assert.deepEqual(asides(), [0, 1, 0]);
    partition.take({ type: "consent", id: "c", ts: 1, at: 1, unit: unitOf(1), analytics: false });
    assert.deepEqual(asides(), [0, 0, 1]);
    partition.take({ type: "deletion", id: "d", at: 1, unit: unitOf(1) });
    assert.deepEqual(asides(), [0, 0, 0]);
  });

  test("a unit that opted out and consents anew counts in nothing, and its records are taken in again", () => {
    const consent = { type: "consent", ts: 1, at: 1, unit: unitOf(1) } as const;
    const partition = folded([
      { ...consent, id: "1", analytics: false },
      exposure(1, "a", 2),
      { ...consent, id: "2", analytics: true },
      exposure(1, "a", 3),
      event(1, "buy", 1, 4),
    ]);
    assert.equal(partition.counts.dropped, 1);
    assert.deepEqual([unitsOf(partition), partition.tally("checkout")?.summary().optedOut], [0, 1]);
  });

  test("an exposure from before the opt-out counts as that, also when another partition hands it over afterwards", () => {
    const [anonymous, known] = [unitOf(1), unitOf(2)];
    const [here, there] = [anonymous, known].map((unit) => partitionOf(unit, 8)) as [number, number];
    assert.notEqual(here, there);
    const [from, to] = [here, there].map(
      (partition) => new Partition({ key: `faults/${partition}`, partition, partitions: 8 }),
    ) as [Partition, Partition];
    for (const partition of [from, to]) {
      partition.take(defined(definition), 1);
      partition.take({ type: "identify", id: "i", ts: 0, at: 0, unit: anonymous, known }, 2);
    }
    from.take(exposure(1, "a", 1), 3);
    to.take({ type: "consent", id: "c", ts: 2, at: 2, unit: known, analytics: false }, 4);
    from.take(exposure(1, "b", 3), 5);
    const handed = from.outgoing.map(({ record }) => record);
    assert.ok(handed.length > 0);
    for (const [index, record] of handed.entries()) to.take(record, 6 + index);
    assert.equal(to.tally("checkout")?.summary().optedOut, 1);
    assert.equal(to.counts.dropped, 1, "and one from after it is dropped");
  });
});
