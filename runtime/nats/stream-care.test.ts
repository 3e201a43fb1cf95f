import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../ports/connection.ts";
import type { StreamCare } from "../ports/stream-care.ts";
import { openConnection } from "./connection.ts";
import { startNatsServer, type NatsServer } from "./server.ts";

let folder: string;
let nats: NatsServer;
let connection: Connection;
let care: StreamCare;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-care-"));
  nats = await startNatsServer({ dataDir: folder, syncAlways: false });
  const streams = [{ name: "LETTERS", subjects: ["letters.>"] }];
  connection = await openConnection({ url: nats.url, name: "test", streams });
  assert.ok(connection.care !== undefined);
  care = connection.care;
});
after(async () => {
  await connection?.drain();
  await nats?.stop();
  await rm(folder, { recursive: true, force: true });
});

const append = async (subject: string, text: string): Promise<number> => {
  const outcome = await connection.writer.append(subject, Buffer.from(text));
  assert.equal(outcome.kind, "stored");
  return outcome.kind === "stored" ? outcome.sequence : 0;
};

test("an erased message is gone from reads, its neighbours stay, and erasing it again says that it is not there", async () => {
  const first = await append("letters.a", "one");
  const second = await append("letters.b", "two");
  const third = await append("letters.a", "three");
  assert.equal(await care.erase("LETTERS", second), true);
  assert.equal(await care.erase("LETTERS", second), false);
  assert.equal(await care.erase("LETTERS", 999), false);
  const seen: number[] = [];
  const range = { stream: "LETTERS", subject: "letters.>", from: first, to: third };
  for await (const { sequence } of connection.reader.readRange(range)) seen.push(sequence);
  assert.deepEqual(seen, [first, third]);
  assert.deepEqual([...(await care.messageCounts("LETTERS", "letters.>"))], [["letters.a", 2]]);
});

test("entries of a bucket are those that are there now, under the prefix", async () => {
  const bucket = await connection.bucket("THINGS");
  for (const key of ["a.one", "a.two", "b.one"]) await bucket.put(key, Buffer.from(key), 0);
  await bucket.delete("a.two");
  const seen: string[] = [];
  for await (const { key, value } of care.entries("THINGS", "a."))
    seen.push(`${key}=${Buffer.from(value).toString()}`);
  assert.deepEqual(seen, ["a.one=a.one"]);
  for await (const { key } of care.entries("THINGS", "nobody.")) assert.fail(key);
});
