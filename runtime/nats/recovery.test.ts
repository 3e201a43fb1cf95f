import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Connection } from "../ports/connection.ts";
import { eventually, startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";
import { deleteConsumers } from "./faults.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe("when the server is killed and comes back on its port", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    connection = await openConnection({
      url: server.url,
      name: "recovery",
      streams: [{ name: "LOG", subjects: ["log.>"] }],
    });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  const appendUntilStored = async (subject: string, id: string): Promise<void> => {
    for (;;) {
      const outcome = await connection.writer.append(subject, bytes(id), {
        messageId: `${subject}-${id}`,
        timeoutMs: 1_000,
      });
      if (outcome.kind === "stored") return;
      await new Promise((done) => setTimeout(done, 20));
    }
  };

  test("a follower gets every message once and in order, and appends repeated with their id are stored once", async () => {
    const seen: string[] = [];
    const following = await connection.reader.follow(
      { stream: "LOG", subject: "log.a", after: 0 },
      ({ data }) => {
        seen.push(text(data));
      },
    );
    for (let index = 0; index < 60; index++) {
      if (index === 20) await server.kill9();
      if (index === 20) void server.restart();
      await appendUntilStored("log.a", String(index));
    }
    await eventually("all arrive", () => seen.length >= 60);
    assert.deepEqual(
      seen,
      Array.from({ length: 60 }, (_, index) => String(index)),
    );
    assert.equal(following.position, await connection.reader.lastSequence("LOG", "log.a"));
    await following.stop();
  });

  test("an append without an answer is unavailable, not an exception", async () => {
    await server.kill9();
    const outcomes = [];
    for (let index = 0; index < 3; index++) {
      outcomes.push(await connection.writer.append("log.b", bytes("x"), { timeoutMs: 200 }));
    }
    assert.ok(outcomes.every(({ kind }) => kind === "unavailable"));
    const failed = await connection.messaging.request("quiet", {}, { timeoutMs: 200 });
    assert.equal(failed.ok, false);
    await server.restart();
    await eventually("it is connected again", () => connection.status === "connected");
    await appendUntilStored("log.b", "after");
  });

  test("a range that is being read survives it", async () => {
    for (let index = 0; index < 500; index++)
      void connection.writer.append("log.c", new Uint8Array(20_000).fill(index % 256));
    await eventually("all are stored", () => connection.writer.inFlightBytes === 0);
    let count = 0;
    const range = { stream: "LOG", subject: "log.c", from: 1, to: Number.MAX_SAFE_INTEGER };
    for await (const message of connection.reader.readRange(range)) {
      assert.equal(message.data[0], count % 256);
      if (++count === 50) await server.restart();
    }
    assert.equal(count, 500);
  });

  test("a bucket keeps its follower and its revisions", async () => {
    const bucket = await connection.bucket("KEPT");
    const seen: string[] = [];
    const stop = await bucket.follow(({ value }) => seen.push(text(value)));
    const first = await bucket.put("k", bytes("1"), 0);
    assert.equal(first.kind, "stored");
    await eventually("the first arrives", () => seen.length === 1);
    await server.kill9();
    await server.restart();
    await eventually("it is connected again", () => connection.status === "connected");
    assert.equal(
      (await bucket.put("k", bytes("2"), first.kind === "stored" ? first.revision : 0)).kind,
      "stored",
    );
    await eventually("the second arrives", () => seen.length === 2);
    assert.deepEqual(seen, ["1", "2"]);
    await stop();
  });
});

test("a feed whose consumer was deleted under it is restarted by its watchdog", async () => {
  const server = await startNats();
  const connection = await openConnection({
    url: server.url,
    name: "watchdog",
    streams: [{ name: "LOG", subjects: ["log.>"] }],
  });
  const seen: string[] = [];
  const following = await connection.reader.follow(
    { stream: "LOG", subject: "log.a", after: 0 },
    ({ data }) => {
      seen.push(text(data));
    },
  );
  await connection.writer.append("log.a", bytes("1"));
  await eventually("the first arrives", () => seen.length === 1);
  assert.equal(await deleteConsumers(server.url, "LOG"), 1);
  await connection.writer.append("log.a", bytes("2"));
  await eventually("the second arrives", () => seen.length === 2);
  assert.deepEqual(seen, ["1", "2"]);
  await following.stop();
  await connection.drain();
  await server.dispose();
});

test("opening waits for a server that starts late, and gives up after its time", async () => {
  const server = await startNats();
  await server.stop();
  const opening = openConnection({ url: server.url, name: "late", streams: [] });
  await server.restart();
  const connection = await opening;
  await connection.drain();
  await server.dispose();
  await assert.rejects(
    openConnection({ url: server.url, name: "never", streams: [], connectTimeoutMs: 300 }),
  );
});
