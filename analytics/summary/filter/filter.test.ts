import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceReader } from "../../../actors/experiment/source-reader.ts";
import { EnvironmentKey, type UnitId } from "../../../protocols/ids.ts";
import type { Json } from "../../../protocols/json.ts";
import type { LogRecord, MetricRecord } from "../../../protocols/log-record.ts";
import { expandFilter } from "../../../protocols/metric-filter.ts";
import { systemClock } from "../../../runtime/index.ts";
import { tables } from "../../schema/tables.ts";
import { insertLogs } from "../../testing/insert-log.ts";
import { warehouseHere } from "../../testing/warehouse-here.ts";
import { Binder } from "../binder.ts";
import { filterSql } from "../filter.ts";
import { trickyFilters, trickyValues } from "../../testing/tricky.ts";

// Each operator with its awkward constants, on each awkward value: what the fold counts, ClickHouse counts.

const environment = EnvironmentKey.parse("shop");
const at = Math.floor(systemClock.now() / 86_400_000) * 86_400_000;
const properties: readonly Readonly<Record<string, Json>>[] = [
  {},
  ...trickyValues.map((value) => ({ p: value })),
  ...trickyValues.filter((_, index) => index % 7 === 0).map((value) => ({ q: { p: value } })),
];
const records = properties.map(
  (metadata, index) =>
    ({
      type: "metric",
      id: `m${index}`,
      ts: at,
      at,
      unit: `u${"A".repeat(21)}` as UnitId,
      name: "buy",
      value: index,
      metadata,
    }) as unknown as MetricRecord,
);
const temporary = await warehouseHere();
await insertLogs(temporary.warehouse, [{ environment, records: records as readonly LogRecord[] }]);

for (const [op, constants] of Object.entries(trickyFilters))
  test(`${op} holds in ClickHouse for what it holds for in the fold`, async () => {
    const written = constants.flatMap((value) =>
      ["p", "q.p"].flatMap((attribute) => [false, true].map((negate) => ({ attribute, op, value, negate }))),
    );
    const filters = written.map((filter) => {
      const expanded = expandFilter(filter);
      assert.ok(expanded.ok, JSON.stringify(expanded));
      return expanded.condition;
    });
    let [held, not] = [0, 0];
    for (const row of ["v", "s"]) {
      // Statements name their rows differently.
      const binder = new Binder();
      const columns = filters.map(
        (filter, index) =>
          `groupArrayIf(${row}.value, ${filterSql(filter, `${row}.metadata`, binder)}) AS c${index}`,
      );
      const answer = await temporary.warehouse.query<Readonly<Record<string, readonly number[]>>>(
        `SELECT ${columns.join(", ")} FROM ${tables.events.name} AS ${row} FINAL`,
        binder.parameters,
      );
      assert.ok(answer.ok, JSON.stringify(answer));
      for (const [index, filter] of filters.entries()) {
        const read = sourceReader({ event: "buy", filter });
        const found: ReadonlySet<number> = new Set(answer.value[0]?.[`c${index}`]);
        const differing: readonly string[] = records
          .filter((record) => found.has(record.value) !== (read(record) !== undefined))
          .map(
            ({ value, metadata }) =>
              `${found.has(value) ? "+" : "-"} ${JSON.stringify(metadata).slice(0, 80)}`,
          );
        assert.deepEqual(differing, [], JSON.stringify(filter));
        held += found.size;
        not += records.length - found.size;
      }
    }
    assert.ok(held > 0 && not > 0, `${held} held, ${not} did not`);
  });
