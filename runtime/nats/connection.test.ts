import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { succeed } from "../../protocols/errors.ts";
import type { Connection } from "../ports/connection.ts";
import { eventually, startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";
import { recreateStream } from "./faults.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const streams = [
  { name: "LOG", subjects: ["log.>"] },
  { name: "SMALL", subjects: ["small.>"], maxBytes: 2_000 },
];

describe("a connection", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "test", streams });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  test("a repeated message id is stored once and answered with the first sequence", async () => {
    const first = await connection.writer.append("log.a", bytes("one"), { messageId: "m1" });
    const second = await connection.writer.append("log.a", bytes("one"), { messageId: "m1" });
    assert.equal(first.kind, "stored");
    assert.deepEqual(second, first);
    assert.equal(connection.writer.inFlightBytes, 0);
  });

  test("a full stream refuses, and a subject of no stream is unavailable", async () => {
    const outcomes = [];
    for (let index = 0; index < 5; index++)
      outcomes.push(await connection.writer.append("small.a", new Uint8Array(700)));
    assert.equal(outcomes.at(-1)?.kind, "full");
    assert.deepEqual(await connection.writer.append("nowhere.a", bytes("x")), {
      kind: "unavailable",
      reason: "no_responders",
    });
  });

  test("an existing stream is brought to its specification, and a second opening changes nothing", async () => {
    const again = await openConnection({
      url: server.url,
      name: "again",
      streams: [{ name: "LOG", subjects: ["log.>"], maxAgeMs: 60_000 }],
    });
    await again.drain();
    const back = await openConnection({ url: server.url, name: "back", streams });
    await back.drain();
  });

  test("a request nobody serves fails at once, a served one is answered, a throwing one gets a reference", async () => {
    const nobody = await connection.messaging.request("quiet", {}, { timeoutMs: 1_000 });
    assert.equal(!nobody.ok && nobody.failure.code, "unavailable");
    const stop = await connection.messaging.serve("loud.*", async (payload, subject) => {
      if (payload === "throw") throw new Error("defect");
      return succeed({ payload, subject });
    });
    assert.deepEqual(await connection.messaging.request("loud.x", 7, { timeoutMs: 10_000 }), {
      ok: true,
      value: { payload: 7, subject: "loud.x" },
    });
    const thrown = await connection.messaging.request("loud.x", "throw", { timeoutMs: 10_000 });
    assert.equal(!thrown.ok && thrown.failure.code, "internal");
    await stop();
    assert.equal((await connection.messaging.request("loud.x", 7, { timeoutMs: 10_000 })).ok, false);
  });

  test("last sequences and ranges of a filter are those of the leader", async () => {
    for (const subject of ["log.r.1", "log.r.2", "log.r.1"])
      await connection.writer.append(subject, bytes(subject));
    const last = await connection.reader.lastSequence("LOG", "log.r.*");
    assert.equal(last, await connection.reader.lastSequence("LOG", "log.r.1"));
    assert.equal(await connection.reader.lastSequence("LOG", "log.none"), 0);
    const seen: string[] = [];
    for await (const message of connection.reader.readRange({
      stream: "LOG",
      subject: "log.r.*",
      from: 1,
      to: last - 1,
    })) {
      seen.push(text(message.data));
    }
    assert.deepEqual(seen, ["log.r.1", "log.r.2"]);
    const none = connection.reader.readRange({ stream: "LOG", subject: "log.none", from: 1, to: 9 });
    for await (const message of none) assert.fail(`nothing is there, but ${message.sequence} came`);
  });

  test("a message larger than the bytes in flight is still delivered", async () => {
    await connection.writer.append("log.big", new Uint8Array(900_000).fill(7));
    await connection.writer.append("log.big", new Uint8Array(10));
    const sizes: number[] = [];
    const following = await connection.reader.follow(
      { stream: "LOG", subject: "log.big", after: 0, bytesInFlightMax: 50_000 },
      ({ data }) => void sizes.push(data.length),
    );
    await eventually("both arrive", () => sizes.length === 2);
    assert.deepEqual(sizes, [900_000, 10]);
    await following.stop();
  });

  test("a slow handler gets every message, in order, one at a time", async () => {
    for (let index = 0; index < 300; index++)
      void connection.writer.append("log.slow", new Uint8Array(1_000).fill(index % 256));
    let running = 0;
    const seen: number[] = [];
    const following = await connection.reader.follow(
      { stream: "LOG", subject: "log.slow", after: 0, bytesInFlightMax: 20_000 },
      async ({ data }) => {
        assert.equal(++running, 1);
        await new Promise((done) => setImmediate(done));
        running--;
        seen.push(data[0] ?? -1);
      },
    );
    await eventually("all arrive", () => seen.length === 300);
    assert.deepEqual(
      seen,
      Array.from({ length: 300 }, (_, index) => index % 256),
    );
    await following.stop();
  });

  test("a bucket refuses a put whose revision is not the newest", async () => {
    const bucket = await connection.bucket("CAS");
    const first = await bucket.put("a=2Fb", bytes("1"), 0);
    assert.equal(first.kind, "stored");
    assert.deepEqual(await bucket.put("a=2Fb", bytes("2"), 0), { kind: "conflict" });
    const revision = first.kind === "stored" ? first.revision : 0;
    assert.equal((await bucket.put("a=2Fb", bytes("2"), revision)).kind, "stored");
    assert.deepEqual(await bucket.put("a=2Fb", bytes("3"), revision), { kind: "conflict" });
    const entry = await bucket.get("a=2Fb");
    assert.equal(text(entry?.value ?? bytes("")), "2");
    assert.deepEqual(await bucket.keys(), ["a=2Fb"]);
    await bucket.delete("a=2Fb");
    assert.equal(await bucket.get("a=2Fb"), undefined);
    assert.equal((await bucket.put("a=2Fb", bytes("4"), 0)).kind, "stored");
    await assert.rejects(async () => bucket.put("bad key", bytes("1"), 0), /bucket key/);
  });

  test("of two puts at the same revision exactly one wins", async () => {
    const bucket = await connection.bucket("RACE");
    for (let round = 0; round < 30; round++) {
      const puts = await Promise.all(
        ["x", "y", "z"].map((value) => bucket.put(`k${round}`, bytes(value), 0)),
      );
      assert.equal(puts.filter(({ kind }) => kind === "stored").length, 1);
    }
  });

  test("a follower of a bucket sees present entries and each change", async () => {
    const bucket = await connection.bucket("WATCHED");
    await bucket.put("a", bytes("1"), 0);
    const seen: string[] = [];
    const stop = await bucket.follow(({ key, value }) => seen.push(`${key}=${text(value)}`));
    await eventually("the present entry arrives", () => seen.length === 1);
    await bucket.put("b", bytes("2"), 0);
    await eventually("the change arrives", () => seen.length === 2);
    assert.deepEqual(seen, ["a=1", "b=2"]);
    await stop();
  });

  test("a follower of a bucket that was made anew begins again", async () => {
    const bucket = await connection.bucket("ANEW");
    await bucket.put("a", bytes("1"), 0);
    await bucket.put("b", bytes("2"), 0);
    const seen: string[] = [];
    const stop = await bucket.follow(({ key, value }) => seen.push(`${key}=${text(value)}`));
    await eventually("present entries arrive", () => seen.length === 2);
    await recreateStream(server.url, "KV_ANEW");
    await bucket.put("c", bytes("3"), 0);
    await eventually("the new entry arrives", () => seen.length === 3);
    assert.deepEqual(seen, ["a=1", "b=2", "c=3"]);
    await stop();
  });
});
