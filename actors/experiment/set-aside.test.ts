import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LogRecord } from "../../protocols/log-record.ts";
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
});
