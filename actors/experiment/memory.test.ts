import assert from "node:assert/strict";
import { test } from "node:test";
import type { UnitId } from "../../protocols/ids.ts";
import { Partition } from "./partition.ts";
import { defined, definitionOf, exposure } from "./testing/records.ts";

/** Unit ids with spread hashes, quickly. */
function unitAt(index: number): UnitId {
  const words = [Math.imul(index + 1, 0x9e3779b1), Math.imul(index ^ 0x55555555, 0x85ebca6b), index, 7];
  return Buffer.from(Int32Array.from(words).buffer).toString("base64url") as UnitId;
}

const bytesMax = 64;

test(`a unit with a binary, a sum and a mean takes at most ${bytesMax} bytes of a million, with all that is its own`, () => {
  const partition = new Partition();
  const event = "buy";
  const metrics = (["binary", "sum", "mean"] as const).map((type) => ({
    key: type,
    definition: { type, event },
  }));
  partition.take(defined(definitionOf("checkout", metrics)));
  const record = exposure(0, "a", 1_000);
  const units = 1_000_000;
  let worst = 0;
  for (let index = 0; index < units; index++) {
    partition.take({ ...record, id: `x${index}`, unit: unitAt(index) });
    // Growth leaves most room right after it: the worst moment counts, once columns are large.
    if (index > 100_000 && index % 1_000 === 0) worst = Math.max(worst, partition.byteLength / (index + 1));
  }
  assert.equal(partition.tally("checkout")?.summary().variants[0]?.units, units);
  assert.ok(partition.byteLength / units <= bytesMax, `${partition.byteLength / units} bytes`);
  assert.ok(worst <= bytesMax, `${worst} bytes at worst`);
});
