import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../runtime/index.ts";
import { openWarehouse } from "./clickhouse.ts";
import { NativeEncoder } from "./native/encode.ts";

const table = {
  name: "weir.t",
  columns: [
    ["id", "UInt64"],
    ["word", "LowCardinality(String)"],
  ],
} as const;
const rows = (from: number): unknown[][] => [
  [from, "é"],
  [from + 1, ""],
];

test("a server is sent the columns of a block as they are, under a token that equal blocks share", async (t) => {
  const asked: { search: URLSearchParams; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const packed = request.headers["content-encoding"] === "gzip";
      asked.push({
        search: new URL(request.url ?? "", "http://server").searchParams,
        body: packed ? gunzipSync(body) : body,
      });
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const one = { url: `http://127.0.0.1:${port}`, clock: systemClock };
  const warehouse = openWarehouse(one);
  const several = openWarehouse({ ...one, cluster: "weir" });
  t.after(async () => {
    await warehouse.close();
    await several.close();
    server.close();
  });

  for (const block of [rows(1), rows(1), rows(2)])
    assert.deepEqual(await warehouse.insert(table, block), { ok: true, value: undefined });
  assert.deepEqual(await warehouse.insert(table, []), { ok: true, value: undefined });
  assert.equal(asked.length, 3, "no rows need no request");
  for (const { search } of asked) {
    assert.equal(search.get("query"), "INSERT INTO weir.t (id, word) FORMAT Native");
    assert.equal(search.get("async_insert"), "0");
  }
  const encoded = new NativeEncoder().encode(table.columns, rows(1));
  assert.ok(encoded.ok && asked[0]?.body.equals(encoded.value));
  const [first, same, other] = asked.map(({ search }) => search.get("insert_deduplication_token"));
  assert.match(first ?? "", /^[0-9a-f]{64}$/);
  assert.equal(same, first);
  assert.notEqual(other, first);

  assert.ok((await several.insert(table, rows(1))).ok);
  const waits = asked.map(({ search }) => search.get("distributed_foreground_insert"));
  assert.deepEqual(waits, [null, null, null, "1"], "of several servers each has its rows before the answer");
});
