import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { publish, tell } from "../actor.ts";
import { openClient } from "../messaging/client.ts";
import { openConnection } from "../nats/connection.ts";
import { systemClock } from "../ports/clock.ts";
import type { Connection } from "../ports/connection.ts";
import { eventually, startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { scripted } from "../testing/scripted.ts";
import type { Script } from "../testing/scripted.ts";
import { openHost } from "./host.ts";
import type { Host } from "./host.ts";

const streams = [
  { name: "CONTROL", subjects: ["log.>"] },
  { name: "EVENTS", subjects: ["events.>"] },
  { name: "DEAD", subjects: ["dead.>"] },
];

describe("durable work on a server", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "client", streams });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  const open = async (name: string): Promise<{ host: Host; own: Connection }> => {
    const own = await openConnection({ url: server.url, name, streams });
    const actors = [scripted({ accepts: (key) => key.startsWith("k") })];
    return { own, host: await openHost({ connection: own, name, actors, leaseTtlMs: 900 }) };
  };
  const ask = (key: string, message: Script) =>
    openClient(connection).ask<number>({ kind: "scripted", key }, message, { by: "test", timeoutMs: 10_000 });
  const stored = async (subject: string): Promise<string[]> => {
    const last = await connection.reader.lastSequence("EVENTS", subject);
    const texts: string[] = [];
    if (last === 0) return texts;
    const range = { stream: "EVENTS", subject, from: 1, to: last };
    for await (const { data } of connection.reader.readRange(range))
      texts.push(new TextDecoder().decode(data));
    return texts;
  };

  test("actors tell each other, and publish to a stream", async () => {
    const { host, own } = await open("a");
    const to = { kind: "scripted", key: "k2" };
    await ask("k1", { effects: [tell(to, { events: ["hello"] }), publish("events.k1", "done")] });
    await eventually(
      "k2 has heard",
      async () => (await ask("k2", {})).ok && (await stored("events.k1")).length > 0,
    );
    assert.deepEqual(await ask("k2", {}), succeed(1));
    assert.deepEqual(await stored("events.k1"), ['"done"']);
    await host.drain(5_000);
    await own.drain();
  });

  test("a timer fires on the next owner without anybody asking", async () => {
    const first = await open("b");
    const ring = { effects: [publish("events.rang", "rang")] };
    await ask("k3", { timers: [{ set: "t", at: systemClock.now() + 1_500, message: ring }] });
    await first.host.drain(5_000);
    await first.own.drain();
    const second = await open("c");
    await eventually("it rang", async () => (await stored("events.rang")).length > 0);
    await systemClock.sleep(300);
    assert.deepEqual(await stored("events.rang"), ['"rang"']);
    const wakes = await connection.bucket("WAKES");
    await eventually("the note is gone", async () => (await wakes.keys()).length === 0);
    await second.host.drain(5_000);
    await second.own.drain();
  });

  test("an effect that a crash cut off is performed by the next owner without anybody asking", async () => {
    const first = await open("e");
    const to = { kind: "scripted", key: "k6" };
    // Told to one that refuses to be: tried until the owner is gone.
    await ask("k5", {
      effects: [tell({ kind: "scripted", key: "k7" }, { crash: true }), tell(to, { events: ["x"] })],
    });
    await first.own.drain(); // the process is cut off with work left
    await first.host.drain(1_000);
    const second = await open("f");
    await eventually("k6 has heard", async () => {
      const reply = await ask("k6", {});
      return reply.ok && reply.value === 1;
    });
    await second.host.drain(5_000);
    await second.own.drain();
  });

  test("a key that the kind does not accept leaves no trace; a one-way message is handled", async () => {
    const { host, own } = await open("d");
    assert.deepEqual(await ask("x1", {}), fail({ code: "unknown_key", kind: "scripted", key: "x1" }));
    assert.equal(await connection.reader.lastSequence("CONTROL", "log.scripted.x1"), 0);
    openClient(connection).tell({ kind: "scripted", key: "k4" }, { events: ["x"] }, { by: "test" });
    await eventually("it is handled", async () => {
      const reply = await ask("k4", {});
      return reply.ok && reply.value === 1;
    });
    await host.drain(5_000);
    await own.drain();
  });
});
