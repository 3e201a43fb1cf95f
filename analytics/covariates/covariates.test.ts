import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionOf, event, unitOf } from "../../actors/experiment/testing/records.ts";
import { unitHash, unitIdOf } from "../../protocols/hash64.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { decodeBatch } from "../../protocols/log-record.ts";
import type { CovariatesRecord, LogRecord } from "../../protocols/log-record.ts";
import {
  buckets,
  organisationKey,
  parseEventsSubject,
  partitionOf,
  streams,
  subjects,
} from "../../protocols/topology.ts";
import { silentLog, systemClock } from "../../runtime/index.ts";
import { unitText } from "../sink/rows.ts";
import { insertLogs } from "../testing/insert-log.ts";
import { logHere } from "../testing/log-here.ts";
import { organisationText } from "../testing/organisation.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { writeMissing } from "./covariates.ts";

const { connection } = await logHere([streams.events]);
const { warehouse } = await warehouseHere();

const environment = EnvironmentKey.parse("production");
const partitions = 4;
const hour = 3_600_000;
const startedAt = systemClock.now() - hour;
const lookback = { covariate: { lookbackDays: 2 } };
const definition = definitionOf(
  "exp",
  [
    { key: "sum", definition: { type: "sum", event: "buy" }, ...lookback },
    { key: "any", definition: { type: "binary", event: "buy" }, ...lookback },
    { key: "mean", definition: { type: "mean", event: "buy" }, ...lookback },
    { key: "plain", definition: { type: "count", event: "buy" } },
  ],
  { phase: 3, startedAt },
);
const units = Array.from({ length: 1_200 }, (_, index) => unitOf(index));
const options = {
  connection,
  warehouse,
  isOwner: () => true,
  everyMs: 1,
  log: silentLog,
  clock: systemClock,
};

async function written(): Promise<CovariatesRecord[]> {
  const { reader } = connection;
  const to = await reader.lastSequence(streams.events.name, subjects.allEvents);
  const found: CovariatesRecord[] = [];
  const range = { stream: streams.events.name, subject: subjects.allEvents, from: 1, to };
  for await (const { subject, data } of reader.readRange(range)) {
    for (const record of decodeBatch(data) as CovariatesRecord[]) {
      found.push(record);
      const { partition } = parseEventsSubject(subject) ?? { partition: -1 };
      for (const unit of record.units) assert.equal(partitionOf(unit, partitions), partition);
    }
  }
  return found;
}

test("what units did in the days before a phase is written to their partitions, once", async () => {
  const records: LogRecord[] = [
    { type: "definition", id: "d", at: startedAt, planVersion: 4, definition },
    ...units.flatMap((_, index) => [
      event(index, "buy", index + 1, startedAt - hour),
      event(index, "buy", 1, startedAt - 47 * hour),
    ]),
    ...units.map((_, index) => event(index, "buy", 1_000, startedAt - 49 * hour)),
    ...units.map((_, index) => event(index, "buy", 1_000, startedAt)),
    ...units.map((_, index) => event(index, "buy", 1_000, startedAt - hour, { at: startedAt + 1 })), // late
  ];
  await insertLogs(warehouse, [{ environment, records }]);
  const bucket = await connection.bucket(buckets.directory);
  await bucket.put(organisationKey, new TextEncoder().encode(organisationText(environment, partitions)), 0);

  assert.equal(await writeMissing(options), 1);
  const found = await written();
  assert.ok(found.every(({ units: own }) => own.length <= 500));
  const valuesOf = (metric: string): Map<string, number> =>
    new Map(
      found
        .filter((each) => each.metric === metric)
        .flatMap((each) => each.units.map((unit, index) => [unitText(unit), each.values[index]?.[0] ?? NaN])),
    );
  const expected = (value: (index: number) => number): Map<string, number> =>
    new Map(units.map((unit, index) => [unitText(unit), value(index)]));
  const sorted = (values: Map<string, number>) => [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(sorted(valuesOf("sum")), sorted(expected((index) => index + 2)));
  assert.deepEqual(sorted(valuesOf("any")), sorted(expected(() => 1)));
  assert.deepEqual(sorted(valuesOf("mean")), sorted(expected((index) => (index + 2) / 2)));
  assert.equal(valuesOf("plain").size, 0);

  assert.equal(await writeMissing(options), 0);
  assert.equal((await written()).length, found.length);
});

test("a crash before the phase was marked as done writes the same records with the same ids", async () => {
  const first = await written();
  const marks = await connection.bucket(buckets.sink);
  await marks.delete("covariates.production.exp.3");
  assert.equal(await writeMissing(options), 1);
  assert.deepEqual(await written(), first, "the stream knows them by their message ids");
});

test("a unit id made of a hash has that hash", () => {
  for (const unit of units.slice(0, 50)) {
    const { high, low } = unitHash(unit);
    assert.deepEqual(unitHash(unitIdOf((BigInt(high) << 32n) | BigInt(low))), { high, low });
  }
});
