import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { succeed } from "../../protocols/errors.ts";
import type { Connection } from "../ports/connection.ts";
import { startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";

describe("requests", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "requests", streams: [] });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  test("what is sent while a server leaves its subject is answered by it, or by nobody at once", async (test) => {
    const serving = await openConnection({ url: server.url, name: "serving", streams: [] });
    test.after(() => serving.drain());
    for (let round = 0; round < 10; round++) {
      const leave = await serving.messaging.serve("leaving", async () => succeed(round));
      const asked = Array.from({ length: 200 }, () =>
        connection.messaging.request("leaving", {}, { timeoutMs: 10_000 }),
      );
      const left = leave();
      const codes = (await Promise.all(asked)).map((reply) => (reply.ok ? "answered" : reply.failure.code));
      await left;
      assert.deepEqual(
        [...new Set(codes)].filter((code) => !["answered", "unavailable"].includes(code)),
        [],
      );
    }
  });

  test("many at once get each its own answer", async () => {
    const stop = await connection.messaging.serve("echo.*", async (payload) => succeed(payload));
    const numbers = Array.from({ length: 2_000 }, (_, index) => index);
    const replies = await Promise.all(
      numbers.map((number) =>
        connection.messaging.request(`echo.${number % 7}`, number, { timeoutMs: 10_000 }),
      ),
    );
    assert.deepEqual(
      replies.map((reply) => reply.ok && reply.value),
      numbers,
    );
    await stop();
  });

  test("one that nobody answers in time is exactly that", async () => {
    const stop = await connection.messaging.serve("shy", () => new Promise(() => {}));
    const silent = await connection.messaging.request("shy", {}, { timeoutMs: 50 });
    assert.deepEqual(silent, { ok: false, failure: { code: "deadline_exceeded", afterMs: 50 } });
    await stop();
  });

  test("one under way when the connection breaks has an unknown outcome at once; the next is unavailable", async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const stop = await connection.messaging.serve("mute", () => {
      arrive();
      return new Promise(() => {});
    });
    const timeoutMs = 60_000;
    const startedMs = performance.now();
    const under = connection.messaging.request("mute", {}, { timeoutMs });
    await arrived;
    await server.kill9();
    const reply = await under;
    assert.equal(reply.ok ? "answered" : reply.failure.code, "deadline_exceeded");
    assert.ok(performance.now() - startedMs < timeoutMs / 2);
    const next = await connection.messaging.request("mute", {}, { timeoutMs: 20_000 });
    assert.equal(next.ok ? "answered" : next.failure.code, "unavailable");
    await server.restart();
    await stop();
  });
});
