import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../../runtime/testing/nats.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";

let temporary: TemporaryWarehouse;
before(async () => {
  temporary = await temporaryWarehouse();
});
after(() => temporary.close());

test("a query that is given up while it computes ends over there as well", async () => {
  const { warehouse } = temporary;
  // Minutes, if nobody ended it.
  const long = "SELECT sum(sipHash64(number)) AS n FROM numbers(400000000000)";
  const answer = await warehouse.stream(long, {}, () => undefined, { signal: AbortSignal.timeout(200) });
  assert.equal(answer.ok, false);
  await eventually(
    "the query is gone",
    async () => {
      const found = await warehouse.query<{ n: string }>(
        "SELECT count() AS n FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'",
      );
      assert.ok(found.ok);
      return found.value[0]?.n === "0";
    },
    30_000,
  );
});

test("an answer that fails half way is a failure, not a short answer", async () => {
  const broken = "SELECT throwIf(number = 3000000) AS n FROM numbers(5000000)";
  let bytes = 0;
  const answer = await temporary.warehouse.stream(broken, {}, (chunk) => void (bytes += chunk.length));
  assert.ok(bytes > 0 && !answer.ok);
});

test("an answer may be larger than the engine would hold", async () => {
  let bytes = 0;
  const wide = "SELECT number AS a, number AS b FROM numbers(20000000)";
  const answer = await temporary.warehouse.stream(wide, {}, (chunk) => void (bytes += chunk.length));
  assert.ok(answer.ok && bytes > 320_000_000);
});
