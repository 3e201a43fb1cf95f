import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { journalSubject, shardOf } from "../messaging/address.ts";
import { openClient } from "../messaging/client.ts";
import { openConnection } from "../nats/connection.ts";
import { preferredHost } from "../ownership/placement.ts";
import { systemClock } from "../ports/clock.ts";
import { eventually, startNats } from "../testing/nats.ts";
import { readHistories } from "./audit/histories.ts";
import { HostProcess } from "./host-process.ts";
import { counterAt, counterKeys, journalStream, streams } from "./names.ts";

interface LogLine {
  readonly event: string;
  readonly actor?: string;
  readonly shard?: number;
  readonly subject?: string;
  readonly outcome?: { readonly kind: string };
}

/** Long enough that a busy machine does not move the counter by itself. */
const leaseTtlMs = 2_000;
const names = ["stale", "next"] as const;

test("a host that was suspended beyond its lease is refused by the server when it writes again, and gives up", async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "weir-ownership-"));
  const server = await startNats();
  const connection = await openConnection({ url: server.url, name: "test", streams: streams(1) });
  const crashes: string[] = [];
  const hosts = names.map(
    (name) =>
      new HostProcess(
        { name, url: server.url, leaseTtlMs, replicas: 1 },
        { logFile: join(dataDir, `${name}.log`), clock: systemClock, onCrash: (text) => crashes.push(text) },
      ),
  );
  t.after(async () => {
    await Promise.all(hosts.map((host) => host.kill9()));
    await connection.drain();
    await server.dispose();
    await rm(dataDir, { recursive: true, force: true });
  });
  const [stale, next] = hosts;
  assert.ok(stale !== undefined && next !== undefined);
  for (const host of hosts) host.start();
  await eventually("both hosts are ready", () => hosts.every(({ ready }) => ready), 30_000);

  const key = counterKeys.find((name) => preferredHost(shardOf(counterAt(name)), names) === "stale");
  assert.ok(key !== undefined, "the two hosts share the counters");
  const address = counterAt(key);
  const client = openClient(connection);
  const add = async (id: string): Promise<unknown> => {
    const message = { type: "add", amount: 1, extra: "none" };
    const reply = await client.ask(address, message, { by: "test", id, timeoutMs: 30_000 });
    return reply.ok ? reply.value : reply.failure;
  };
  const journal = async () => {
    const range = { stream: journalStream, subject: "log.>", from: 1, to: Number.MAX_SAFE_INTEGER };
    const broken: string[] = [];
    const histories = await readHistories(connection.reader.readRange(range), (_rule, text) =>
      broken.push(text),
    );
    assert.deepEqual(broken, []);
    const history = histories.get(`counter.${key}`);
    assert.ok(history !== undefined);
    return history;
  };
  const owner = async (): Promise<string | undefined> => (await journal()).openings.at(-1)?.host;

  // The preferred host may still be waiting for the other one's share when it says that it is ready.
  let warm = 0;
  const settled = async (): Promise<boolean> => {
    await add(`warm-${++warm}`);
    return (await owner()) === "stale";
  };
  await eventually("the preferred host owns the counter", settled, 30_000);
  stale.suspend();
  assert.deepEqual(await add("one"), { count: warm + 1, total: warm + 1 });
  assert.deepEqual(await add("two"), { count: warm + 2, total: warm + 2 });
  assert.equal(await owner(), "next");
  const taken = await journal();

  stale.resume(); // what was sent to it meanwhile lies in its socket, and it still believes that it owns the counter
  const lines = async (): Promise<LogLine[]> =>
    (await readFile(join(dataDir, "stale.log"), "utf8"))
      .split("\n")
      .slice(0, -1) // what stands behind the last end of line is still being written
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine);
  await eventually(
    "its append is refused as a conflict",
    async () =>
      (await lines()).some(
        ({ event, subject, outcome }) =>
          event === "append_not_stored" &&
          subject === journalSubject(address) &&
          outcome?.kind === "conflict",
      ),
    20_000,
  );
  const shard = shardOf(address);
  await eventually(
    "it gives up, by the newer epoch in the journal or by the other's claim, whichever it sees first",
    async () =>
      (await lines()).some(
        (line) =>
          (line.event === "actor_fenced" && line.actor === `counter/${key}`) ||
          (line.event === "shard_lost" && line.shard === shard),
      ),
    20_000,
  );

  assert.deepEqual(await add("three"), { count: warm + 3, total: warm + 3 });
  const { steps, epoch } = await journal();
  const ids = steps.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "no command stands twice");
  assert.deepEqual(ids.slice(-3), ["one", "two", "three"]);
  assert.ok(epoch >= taken.epoch);
  assert.deepEqual(crashes, []);
});
