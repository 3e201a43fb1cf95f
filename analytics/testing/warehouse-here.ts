import assert from "node:assert/strict";
import { after } from "node:test";
import { EpochMs } from "../../protocols/time.ts";
import { migrate } from "../migrations.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";

/**
 * A warehouse with its tables, for all tests of a file and closed after the last of them. What uses it to the end has
 * its `after` above, as hooks run in their order; what fills it is awaited in the file, as a `before` would run at once.
 */
export async function warehouseHere(): Promise<TemporaryWarehouse> {
  const temporary = await temporaryWarehouse();
  after(() => temporary.close());
  const migrated = await migrate(temporary.warehouse, EpochMs.parse(0));
  assert.ok(migrated.ok, JSON.stringify(migrated));
  return temporary;
}
