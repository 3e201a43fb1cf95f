import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../runtime/testing/nats.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";

const temporary = await warehouseHere();

async function gone(word: string): Promise<void> {
  const query = `%${word}%`;
  const running =
    "SELECT count() AS n FROM system.processes WHERE query LIKE {query:String} AND query NOT LIKE '%processes%'";
  await eventually(
    `no query with ${word} runs`,
    async () => {
      const found = await temporary.warehouse.query<{ n: string }>(running, { query });
      return found.ok && found.value[0]?.n === "0";
    },
    30_000,
  );
}

test("a query that is given up while it computes ends over there as well", async () => {
  const { warehouse } = temporary;
  // Minutes, if nobody ended it.
  const long = "SELECT sum(sipHash64(number)) AS n FROM numbers(400000000000)";
  const answer = await warehouse.stream(long, {}, () => undefined, { signal: AbortSignal.timeout(200) });
  assert.equal(answer.ok, false);
  await gone("sipHash64");
});

test("a query that is given up before it began over there ends as well", async () => {
  const { warehouse } = temporary;
  const long = "SELECT sum(cityHash64(number)) AS n FROM numbers(400000000000)";
  // More of them than the engine has readers: the rest waits in line when they are given up.
  const given = Array.from({ length: 9 }, () =>
    warehouse.stream(long, {}, () => undefined, { signal: AbortSignal.timeout(20) }),
  );
  for (const answer of await Promise.all(given)) assert.equal(answer.ok, false);
  await gone("cityHash64");
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
