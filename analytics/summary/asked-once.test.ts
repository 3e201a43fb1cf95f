import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../protocols/errors.ts";
import { exampleRequest } from "../statistics/testing/example.ts";
import type { Warehouse } from "../clickhouse.ts";
import { WarehouseSummaryRequest } from "../../protocols/analytics-messages.ts";
import { summaryAskedOnce } from "./asked-once.ts";

const { definition } = exampleRequest();
const asked = (environment: string) => WarehouseSummaryRequest.parse({ environment, definition });

test("whoever asks for what is underway gets that answer; once it is there, the next one asks anew", async () => {
  let queries = 0;
  const refused = fail({ code: "warehouse_unavailable", reason: "it is away" } as const);
  const warehouse = {
    query: async () => (queries++, await Promise.resolve(), refused),
  } as unknown as Warehouse;
  const first = summaryAskedOnce(warehouse, asked("shop"));
  assert.equal(summaryAskedOnce(warehouse, asked("shop")), first);
  const other = summaryAskedOnce(warehouse, asked("blog"));
  assert.notEqual(other, first);
  await Promise.all([first, other]);
  const before = queries;
  assert.notEqual(summaryAskedOnce(warehouse, asked("shop")), first);
  await summaryAskedOnce(warehouse, asked("shop"));
  assert.ok(queries > before);
});
