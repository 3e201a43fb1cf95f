import assert from "node:assert/strict";
import { test } from "node:test";
import { uint64Text, unitHash } from "../../protocols/hash64.ts";
import { encodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import type { PartitionCounts } from "../../protocols/pipeline.ts";
import type { PartialSums } from "../../protocols/results.ts";
import { partitionOf } from "../../protocols/topology.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { partitionFold } from "./partition-fold.ts";
import type { Partition } from "./partition.ts";
import { defined, definitionOf, event, exposure, unitOf } from "./testing/records.ts";

const definition = definitionOf(
  "checkout",
  [
    { key: "bought", definition: { type: "binary", event: "buy" } },
    { key: "revenue", definition: { type: "sum", event: "buy" } },
  ],
  { dimensions: ["plan"] },
);
const partitions = 2;
const fold = partitionFold((environment) => (environment === "test" ? partitions : undefined));
const keyOf = (partition: number): string => `test/${partition}`;
/** Units of either partition. */
const [here, there] = [0, 1].map((partition) =>
  Array.from({ length: 50 }, (_, number) => number).filter(
    (number) => partitionOf(unitOf(number), partitions) === partition,
  ),
) as [number[], number[]];
const [first = 0, second = 0] = here;
const [known = 0] = there;

const give = (state: Partition, sequence: number, ...records: LogRecord[]): void =>
  fold.fold(state, { sequence, time: 0 as EpochMs, data: encodeBatch(records) });
function ask<Value>(state: Partition, message: unknown): Value {
  const reply = fold.ask(state, message, { key: keyOf(0), position: 9 });
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value as Value;
}

test("sums are asked for whole, in detail, or over a range of units; live ones come without detail", () => {
  const state = fold.init(keyOf(0));
  give(state, 1, defined(definition), exposure(first, "a", 100, { metadata: { plan: "pro" } }));
  give(state, 2, exposure(second, "a", 200), event(first, "buy", 5, 150, { at: 170 }));
  const whole = ask<PartialSums>(state, { type: "sums", experiment: "checkout" });
  assert.equal(whole.summary.days, undefined);
  assert.deepEqual([whole.newestEventTs, whole.newestAt, whole.position], [200, 200, 9]);
  assert.equal(whole.summary.variants[0]?.units, 2);
  const { summary } = ask<PartialSums>(state, { type: "sums", experiment: "checkout", detail: true });
  assert.deepEqual(
    summary.days?.map(({ day, variants }) => [day, variants[0]?.units]),
    [[0, 2]],
  );
  assert.deepEqual(
    summary.dimensions?.["plan"]?.map(({ value, variants }) => [value, variants[0]?.units]),
    [
      ["(none)", 1],
      ["pro", 1],
    ],
  );
  const hash = uint64Text(unitHash(unitOf(first)));
  const rangeOf = (from: string, to: string) =>
    ask<PartialSums>(state, { type: "sums", experiment: "checkout", range: { from, to } }).summary;
  assert.deepEqual(rangeOf(hash, hash).variants[0]?.metrics["bought"], {
    kind: "proportion",
    count: 1,
    successes: 1,
  });
  assert.deepEqual(rangeOf("0", "18446744073709551615"), whole.summary);
  assert.equal(
    rangeOf("0", String(BigInt(hash) - 1n)).variants[0]?.units,
    BigInt(hash) > BigInt(uint64Text(unitHash(unitOf(second)))) ? 1 : 0,
  );
  assert.equal(ask(state, { type: "sums", experiment: "nothing" }), null);
  const [notice] = fold.notices?.(state, { key: keyOf(0), position: 2 }) ?? [];
  assert.equal((notice?.data as PartialSums | undefined)?.summary.days, undefined);
  assert.deepEqual(fold.notices?.(state, { key: keyOf(0), position: 2 }), []);
});

test("counts say what became of every record", () => {
  const state = fold.init(keyOf(0));
  const day = 86_400_000;
  const twice = event(first, "buy", 1, 5);
  give(state, 1, defined(definition), twice, twice, event(first, "buy", 1, 5, { at: day + 6 }));
  give(state, 2, exposure(second, "a", 1), exposure(second, "b", 2), exposure(first, "c", 1));
  give(state, 3, { type: "consent", id: "c", ts: 1, at: day, unit: unitOf(second), analytics: false });
  give(state, 4, event(second, "buy", 1, 5), { type: "bot", id: "b", at: day, unit: unitOf(first) });
  const counts = ask<PartitionCounts>(state, { type: "counts" });
  assert.deepEqual(counts, {
    position: 9,
    ingested: { metric: 3, exposure: 3, consent: 1, bot: 1 },
    duplicates: 1,
    pending: 2,
    expired: 0,
    late: 1,
    crossovers: 0,
    optedOut: 1,
    bots: 1,
    merged: 0,
    forwarded: 0,
    dropped: 1,
    unknown: 1,
  });
});

test("a unit that turns out to be another's is handed to the other's subject, and so is what still comes of it", () => {
  const state = fold.init(keyOf(0));
  give(state, 1, defined(definition), exposure(first, "a", 100), event(first, "buy", 5, 110));
  give(state, 2, { type: "identify", id: "i", ts: 120, at: 120, unit: unitOf(first), known: unitOf(known) });
  give(state, 3, event(first, "buy", 7, 130), event(first, "buy", 8, 131));
  const waiting = fold.outgoing?.(state, { key: keyOf(0) }, 10) ?? [];
  assert.deepEqual(
    waiting.map(({ subject, id }) => [subject, id]),
    [
      ["events.test.1", "test/0/2/0"],
      ["events.test.1", "test/0/3/0"],
    ],
  );
  const other = fold.decode(fold.encode(fold.init(keyOf(1))));
  give(other, 1, defined(definition));
  for (const [index, { data }] of [...waiting, ...waiting].entries())
    fold.fold(other, { sequence: 10 + index, time: 0 as EpochMs, data });
  const { summary } = ask<PartialSums>(other, { type: "sums", experiment: "checkout" });
  assert.deepEqual(summary.variants[0]?.metrics["revenue"], {
    kind: "mean",
    count: 1,
    mean: 20,
    squaredDeviations: 0,
  });
  fold.sent?.(state, new Set([waiting[0]?.id ?? ""]));
  assert.equal(fold.decode(fold.encode(state)).outgoing.length, 1);
  assert.equal(
    ask<PartialSums>(state, { type: "sums", experiment: "checkout" }).summary.variants[0]?.units,
    0,
  );
});

test("a fold of an environment that nobody knows yet cannot begin", () => {
  assert.throws(() => fold.init("elsewhere/0"), /known/);
});
