import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Connection } from "../ports/connection.ts";
import { eventually, startNats, type TestNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";

const bytes = new TextEncoder().encode("x");

let server: TestNats;
let connection: Connection;
const open = (): Promise<Connection> => openConnection({ url: server.url, name: "test", streams: [] });
before(async () => {
  server = await startNats();
  connection = await open();
});
after(async () => {
  await connection?.drain();
  await server?.dispose();
});

test("an entry of a bucket with an age goes when nobody wrote it for so long", async () => {
  const bucket = await connection.bucket("AGED", { maxAgeMs: 1_000 });
  await bucket.put("a", bytes, 0);
  assert.notEqual(await bucket.get("a"), undefined);
  await eventually("it goes", async () => (await bucket.get("a")) === undefined);
  assert.equal((await bucket.put("a", bytes, 0)).kind, "stored", "and may come again");
});

test("a bucket from before it had an age gets one, and its old entries go like the others", async () => {
  const before = await connection.bucket("OLD");
  await before.put("a", bytes, 0);
  const later = await open();
  const bucket = await later.bucket("OLD", { maxAgeMs: 1_000 });
  await eventually("the old entry goes", async () => (await bucket.get("a")) === undefined);
  await later.drain();
});
