import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { succeed } from "../../protocols/errors.ts";
import { shardOf } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { openClient } from "../messaging/client.ts";
import { systemClock } from "../ports/clock.ts";
import { decodeCommit } from "../entity/commit.ts";
import type { Connection } from "../ports/connection.ts";
import { deadLetterSubject } from "../dead-letters.ts";
import type { DeadLetter } from "../dead-letters.ts";
import { openHost } from "./host.ts";
import type { Host, HostOptions } from "./host.ts";
import { openConnection } from "../nats/connection.ts";
import type { ServiceBehaviour } from "../service.ts";
import { ledger } from "../testing/ledger.ts";
import type { LedgerFailure } from "../testing/ledger.ts";
import { tally } from "../testing/tally.ts";
import type { TallyAnswer } from "../testing/tally.ts";
import { eventually, startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";

const streams = [
  { name: "CONTROL", subjects: ["log.>"] },
  { name: "EVENTS", subjects: ["events.>"] },
  { name: "DEAD", subjects: ["dead.>"] },
];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const by = "tester";
const timeoutMs = 10_000;

describe("hosts of actors", () => {
  let server: TestNats;
  let connection: Connection;
  const opened: { host: Host; connection: Connection }[] = [];
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "client", streams });
  });
  afterEach(async () => {
    for (const { host, connection: own } of opened.splice(0)) {
      await host.drain(5_000);
      await own.drain();
    }
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  const open = async (
    name: string,
    options: Partial<HostOptions> = {},
  ): Promise<{ host: Host; connection: Connection }> => {
    const own = await openConnection({ url: server.url, name, streams });
    const given = { actors: [ledger()], folds: [tally], leaseTtlMs: 900, ...options };
    const host = await openHost({ connection: own, name, ...given });
    opened.push({ host, connection: own });
    return { host, connection: own };
  };
  const client = () => openClient(connection);
  const add = (address: Address, amount: number, id?: string) =>
    client().ask<{ total: number }, LedgerFailure>(
      address,
      { type: "add", amount },
      { by, timeoutMs, ...(id === undefined ? {} : { id }) },
    );
  const total = async (address: Address): Promise<number> => {
    const reply = await client().ask<{ total: number }>(address, { type: "get" }, { by, timeoutMs });
    assert.ok(reply.ok, JSON.stringify(reply));
    return reply.value.total;
  };

  test("one host owns all shards, answers commands, refuses what it does not know", async () => {
    const { host } = await open("solo");
    assert.equal(host.ownedShards.length, 64);
    const address = { kind: "ledger", key: "some/key.with dots" };
    assert.deepEqual(await add(address, 5), { ok: true, value: { total: 5 } });
    assert.deepEqual(await add(address, -1), { ok: false, failure: { code: "negative", amount: -1 } });
    const unknown = await client().ask({ kind: "poem", key: "x" }, {}, { by, timeoutMs });
    assert.deepEqual(unknown, { ok: false, failure: { code: "unknown_kind", kind: "poem" } });
  });

  test("without a host an ask is unavailable after its time", async () => {
    const reply = await client().ask(
      { kind: "ledger", key: "nobody" },
      { type: "get" },
      { by, timeoutMs: 150 },
    );
    assert.equal(!reply.ok && reply.failure.code, "unavailable");
  });

  test("a command repeated with its id across hosts counts once", async () => {
    const address = { kind: "ledger", key: "repeated" };
    const first = await open("one");
    assert.deepEqual(await add(address, 5, "same"), { ok: true, value: { total: 5 } });
    await first.host.drain(5_000);
    await open("two");
    assert.deepEqual(await add(address, 5, "same"), { ok: true, value: { total: 5 } });
    assert.equal(await total(address), 5);
  });

  test("no acknowledged command is lost or doubled while the server is killed and comes back", async () => {
    await open("solo");
    const address = { kind: "ledger", key: "killed" };
    const lanes = Array.from({ length: 4 }, async (_, lane) => {
      for (let index = 0; index < 25; index++) {
        const reply = await add(address, 1, `${lane}-${index}`);
        assert.ok(reply.ok, JSON.stringify(reply));
      }
    });
    await systemClock.sleep(10);
    await server.kill9();
    await server.restart();
    await Promise.all(lanes);
    assert.equal(await total(address), 100);
    let previous = "";
    for await (const { data } of connection.reader.readRange({
      stream: "CONTROL",
      subject: "log.ledger.killed",
      from: 1,
      to: 1e9,
    })) {
      const commit = decodeCommit(data);
      assert.equal(commit.prev, previous);
      previous = commit.cid;
    }
  });

  test("a drained host hands its shards over, and nobody waits for its leases", async () => {
    const leaseTtlMs = 3_000;
    const a = await open("a", { leaseTtlMs });
    const b = await open("b", { leaseTtlMs });
    await eventually("both own shards", () => a.host.ownedShards.length > 0 && b.host.ownedShards.length > 0);
    await eventually(
      "every shard is owned",
      () => a.host.ownedShards.length + b.host.ownedShards.length === 64,
    );
    const owned = new Set(a.host.ownedShards);
    const keys = Array.from({ length: 200 }, (_, index) => ({ kind: "ledger", key: `moving-${index}` }));
    const address = keys.find((candidate) => owned.has(shardOf(candidate)));
    assert.ok(address);
    await add(address, 1);
    const startedMs = systemClock.monotonicMs();
    const drained = a.host.drain(5_000);
    assert.deepEqual(await add(address, 1), { ok: true, value: { total: 2 } });
    await drained;
    await eventually("b owns all", () => b.host.ownedShards.length === 64);
    assert.ok(systemClock.monotonicMs() - startedMs < leaseTtlMs);
    assert.equal(await total(address), 2);
  });

  test("a crashed host's shards are taken after the lease time, and its memory is not believed when it returns", async () => {
    const a = await open("a");
    const address = { kind: "ledger", key: "crashed" };
    await add(address, 1);
    await a.connection.drain(); // as a crash: nothing is released
    const b = await open("b");
    assert.deepEqual(await add(address, 1), { ok: true, value: { total: 2 } });
    await eventually("b owns all", () => b.host.ownedShards.length === 64);
  });

  test("a host that restarts under its name takes its shards back without waiting", async () => {
    const a = await open("same", { leaseTtlMs: 30_000 });
    const address = { kind: "ledger", key: "restarted" };
    await add(address, 1);
    await a.connection.drain();
    const startedMs = systemClock.monotonicMs();
    const again = await open("same", { leaseTtlMs: 30_000 });
    assert.equal(again.host.ownedShards.length, 64);
    assert.deepEqual(await add(address, 1), { ok: true, value: { total: 2 } });
    assert.ok(systemClock.monotonicMs() - startedMs < 30_000, "sooner than its own lease would have ended");
  });

  test("a fold counts each message once across a host's crash, a server's crash and a hand-over", async () => {
    const key = "exact";
    const address = { kind: "tally", key };
    const standing = () => [address];
    const publish = async (from: number, to: number): Promise<void> => {
      for (let value = from; value < to; value++) {
        for (;;) {
          const options = { messageId: `exact-${value}`, timeoutMs: 500 };
          const { kind } = await connection.writer.append(`events.${key}`, bytes(String(value)), options);
          if (kind === "stored") break;
          await systemClock.sleep(10);
        }
      }
    };
    const answer = async (): Promise<TallyAnswer> => {
      const reply = await client().ask<TallyAnswer>(address, {}, { by, timeoutMs });
      assert.ok(reply.ok, JSON.stringify(reply));
      return reply.value;
    };
    const notices: number[] = [];
    const stopListening = await connection.messaging.subscribe(`sums.${key}`, (sum) =>
      notices.push(sum as number),
    );

    const a = await open("a", { standing });
    await publish(0, 130);
    await eventually("it is folded", async () => (await answer()).seen === 130);
    await a.connection.drain(); // crash: at most a snapshot of 120 is kept
    await publish(130, 150);
    const b = await open("b", { standing });
    await eventually("it is folded", async () => (await answer()).seen === 150);
    const more = publish(150, 300);
    await systemClock.sleep(5);
    await server.kill9();
    await server.restart();
    await more;
    await eventually("it is folded", async () => (await answer()).seen === 300);
    await open("c", { standing });
    await b.host.drain(5_000);
    await publish(300, 320);
    await eventually("it is folded", async () => (await answer()).seen === 320);
    const { sum, distinct, position } = await answer();
    assert.deepEqual([sum, distinct], [(319 * 320) / 2, 320]);
    assert.equal(position, await connection.reader.lastSequence("EVENTS", `events.${key}`));
    await eventually("the last notice arrives", () => notices.at(-1) === sum);
    await stopListening();
  });

  test("a message that cannot be folded is written aside with its reason, once, and the rest goes on", async () => {
    const address = { kind: "tally", key: "bad" };
    await open("solo");
    for (const value of ["1", "poison", "2"]) await connection.writer.append("events.bad", bytes(value));
    await eventually("it is folded", async () => {
      const reply = await client().ask<TallyAnswer>(address, {}, { by, timeoutMs });
      return reply.ok && reply.value.sum === 3;
    });
    const letters: DeadLetter[] = [];
    const dead = { stream: "DEAD", subject: deadLetterSubject("message"), from: 1, to: 1e9 };
    for await (const { data } of connection.reader.readRange(dead))
      letters.push(JSON.parse(text(data)) as DeadLetter);
    assert.equal(letters.length, 1);
    const { kind, key, reason, place, original, stack } = letters[0] as DeadLetter;
    assert.equal(Buffer.from(String(original), "base64").toString(), "poison");
    assert.deepEqual([kind, key, reason], ["tally", "bad", "Error: not a number"]);
    assert.deepEqual([place?.["stream"], place?.["subject"]], ["EVENTS", "events.bad"]);
    assert.match(stack ?? "", /not a number/);
  });

  test("a standing service runs on one host, moves with its shard, and stops when it no longer stands", async () => {
    const running = new Set<string>();
    const serviceOf = (host: string): ServiceBehaviour<{ code: string }> => ({
      kind: "watcher",
      start: async (key) => {
        running.add(`${host}:${key}`);
        return { ask: async () => succeed(host), stop: async () => void running.delete(`${host}:${key}`) };
      },
    });
    let wanted: readonly Address[] = Array.from({ length: 20 }, (_, index) => ({
      kind: "watcher",
      key: `w${index}`,
    }));
    const standing = () => wanted;
    const a = await open("a", { services: [serviceOf("a")], standing });
    await eventually("all run", () => running.size === 20);
    const b = await open("b", { services: [serviceOf("b")], standing });
    await eventually("shards are shared", () => a.host.ownedShards.length + b.host.ownedShards.length === 64);
    await eventually(
      "each runs once",
      () => running.size === 20 && [...running].some((name) => name.startsWith("b:")),
    );
    await a.host.drain(5_000);
    await eventually(
      "all run on b",
      () => [...running].filter((name) => name.startsWith("b:")).length === 20,
    );
    const reply = await client().ask<string>({ kind: "watcher", key: "w3" }, {}, { by, timeoutMs });
    assert.deepEqual(reply, { ok: true, value: "b" });
    wanted = wanted.slice(0, 5);
    b.host.refreshStanding();
    await eventually("the others stop", () => running.size === 5);
  });
});
