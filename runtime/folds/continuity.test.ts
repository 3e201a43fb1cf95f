import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { DeadLetter } from "../dead-letters.ts";
import { snapshotSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { openConnection } from "../nats/connection.ts";
import { purgeStream, recreateStream } from "../nats/faults.ts";
import { systemClock } from "../ports/clock.ts";
import type { Connection } from "../ports/connection.ts";
import { memoryTools } from "../testing/actor-tools.ts";
import { eventually, startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { recordedLog, recordedMetrics } from "../testing/recorded.ts";
import type { RecordedMetrics } from "../testing/recorded.ts";
import { tally } from "../testing/tally.ts";
import type { TallyAnswer } from "../testing/tally.ts";
import { FoldActor } from "./fold-actor.ts";
import type { AnyFold } from "./fold-actor.ts";

// What a server's own disasters do to a fold. The fold's rules are tested over memory; here it is the server's part.

const streams = [
  { name: "EVENTS", subjects: ["events.>"] },
  { name: "DEAD", subjects: ["dead.>"] },
];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a fold on a server", () => {
  let directory: string;
  let server: TestNats;
  let connection: Connection;
  const lives: FoldActor[] = [];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "weir-nats-"));
    server = await startNats({ dataDir: join(directory, "data") });
    connection = await openConnection({ url: server.url, name: "folds", streams });
  });
  afterEach(async () => {
    for (const fold of lives.splice(0)) await fold.stop();
    await recreateStream(server.url, "EVENTS");
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async (
    address: Address,
    writer: Pick<Connection["writer"], "append"> = connection.writer,
  ): Promise<{ fold: FoldActor; metrics: RecordedMetrics }> => {
    const metrics = recordedMetrics();
    assert.ok(connection.store);
    const tools = memoryTools({
      snapshots: await connection.store.snapshots("SNAPSHOTS"),
      reader: connection.reader,
      writer,
      messaging: connection.messaging,
      log: recordedLog(),
      metrics,
    });
    const fold = new FoldActor(tally as AnyFold, address, tools, { lookIntervalMs: 100 });
    lives.push(fold);
    return { fold, metrics };
  };
  const put = async (key: string, ...values: readonly string[]): Promise<void> => {
    for (const value of values) {
      while ((await connection.writer.append(`events.${key}`, bytes(value))).kind !== "stored")
        await systemClock.sleep(10);
    }
  };
  const sumOf = async (fold: FoldActor): Promise<number> => {
    const reply = await fold.ask({ id: "1", by: "test", message: {} });
    return reply.ok ? (reply.value as TallyAnswer).sum : -1;
  };
  const sumBecomes = (fold: FoldActor, sum: number): Promise<void> =>
    eventually(`the sum is ${sum}`, async () => (await sumOf(fold)) === sum);
  const gapsOf = async (key: string): Promise<DeadLetter[]> => {
    const letters: DeadLetter[] = [];
    const range = { stream: "DEAD", subject: "dead.gap", from: 1, to: 1e9 };
    for await (const { data } of connection.reader.readRange(range))
      letters.push(JSON.parse(new TextDecoder().decode(data)) as DeadLetter);
    return letters.filter((letter) => letter.key === key);
  };

  test("bounds are those of the leader: of a new stream, a filled, a purged and an empty one", async () => {
    const at = async () => {
      const { first, last } = await connection.reader.bounds("EVENTS");
      return [first, last];
    };
    assert.deepEqual(await at(), [1, 0]);
    await put("bounds", "1", "2", "3");
    assert.deepEqual(await at(), [1, 3]);
    await purgeStream(server.url, "EVENTS", { seq: 3 });
    assert.deepEqual(await at(), [3, 3]);
    await purgeStream(server.url, "EVENTS");
    assert.deepEqual(await at(), [4, 3]);
  });

  test("a purge while it was away is one gap, and it goes on with what there is", async () => {
    const address = { kind: "tally", key: "purged-away" };
    const { fold: first } = await open(address);
    await put(address.key, "1");
    await sumBecomes(first, 1);
    await first.stop();
    await put(address.key, "2", "4", "8");
    await purgeStream(server.url, "EVENTS", { seq: 4 });
    const { fold, metrics } = await open(address);
    await sumBecomes(fold, 9);
    assert.equal(metrics.valueOf("fold_gaps_total", { reason: "purged" }), 1);
    const gaps = await gapsOf(address.key);
    assert.deepEqual(
      gaps.map(({ place }) => [place?.["from"], place?.["to"]]),
      [[2, 3]],
    );
  });

  test("a purge while it is live and behind is a gap, and its lag was what the server still had for it", async () => {
    const address = { kind: "tally", key: "purged-live" };
    const gate = Promise.withResolvers<void>();
    const held = {
      append: async (...letter: Parameters<Connection["writer"]["append"]>) => {
        if (letter[0] === "dead.message") await gate.promise;
        return connection.writer.append(...letter);
      },
    };
    const { fold, metrics } = await open(address, held);
    await put(address.key, "poison");
    // More than the reader keeps in flight, so that some wait on the server.
    const large = `1${" ".repeat(199_999)}`;
    await put(address.key, ...Array.from({ length: 60 }, () => large));
    await eventually("the lag is measured", () => (metrics.valueOf("fold_lag") ?? 0) > 30);
    assert.equal(metrics.valueOf("fold_lag"), 61);
    await purgeStream(server.url, "EVENTS");
    await put(address.key, "1000");
    gate.resolve();
    await eventually("it is level", async () => (await sumOf(fold)) >= 1_000);
    assert.ok((await sumOf(fold)) < 1_060, "some are lost");
    await eventually("it is noticed", () => metrics.valueOf("fold_gaps_total", { reason: "purged" }) === 1);
    await eventually("it is level", () => metrics.valueOf("fold_lag") === 0);
  });

  test("a stream that is made anew under it, and longer at once, is read from its start", async () => {
    const address = { kind: "tally", key: "anew" };
    const { fold, metrics } = await open(address);
    await put(address.key, "1", "2", "4");
    await sumBecomes(fold, 7);
    await recreateStream(server.url, "EVENTS");
    await put("other", "1", "1", "1");
    await put(address.key, "8", "16");
    await put("other", "1");
    await sumBecomes(fold, 31);
    assert.equal(metrics.valueOf("fold_gaps_total", { reason: "rolled_back" }), 1);
    await fold.stop();
    await put(address.key, "32");
    const { fold: next, metrics: later } = await open(address);
    await sumBecomes(next, 63);
    assert.equal(later.valueOf("fold_gaps_total"), undefined, "the next life has nothing to say");
  });

  test("a server that lost acknowledged messages, and took others in their place, costs and doubles nothing", async () => {
    const address = { kind: "tally", key: "rolled-back" };
    const backup = join(directory, "backup");
    const { fold, metrics } = await open(address);
    await put(address.key, "1", "2");
    await sumBecomes(fold, 3);
    await server.kill9();
    await cp(join(directory, "data"), backup, { recursive: true });
    await server.restart();
    await put(address.key, "4", "8");
    await sumBecomes(fold, 15);
    await server.kill9();
    await rm(join(directory, "data"), { recursive: true });
    await cp(backup, join(directory, "data"), { recursive: true });
    await server.restart();
    await put(address.key, "16", "32", "64");
    await sumBecomes(fold, 127);
    assert.equal(metrics.valueOf("fold_gaps_total", { reason: "rolled_back" }), 1);
    await fold.stop();
    const { fold: next } = await open(address);
    await sumBecomes(next, 127);
    assert.equal((await gapsOf(address.key)).length, 1);
  });

  test("a snapshot whose bytes are not what was written costs time, not messages", async () => {
    const address = { kind: "tally", key: "corrupt" };
    const { fold: first } = await open(address);
    await put(address.key, "1", "2");
    await sumBecomes(first, 3);
    await first.stop();
    const chunks = { stream: "SNAPSHOTS", subject: `${snapshotSubject(address)}.*.*`, from: 1, to: 1e9 };
    for await (const { subject } of connection.reader.readRange(chunks))
      await connection.writer.append(subject, bytes("rubbish"));
    await connection.writer.append(`${snapshotSubject({ ...address, key: "other" })}.manifest`, bytes("{"));
    const { fold, metrics } = await open(address);
    await sumBecomes(fold, 3);
    assert.equal(metrics.valueOf("actor_snapshots_rejected_total", { reason: "corrupt" }), 1);
    const { fold: other } = await open({ ...address, key: "other" });
    await sumBecomes(other, 0);
  });
});
