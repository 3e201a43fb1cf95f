import { openClient } from "../../runtime/index.ts";
import type { ActorClient } from "../../runtime/index.ts";
import { shardCountDefault, shardOf } from "../../runtime/messaging/address.ts";
import { quantile } from "../figures.ts";
import { below, type BenchRow } from "../report.ts";
import { openBenchConnection } from "./actor-tools.ts";
import { add } from "./counter.ts";
import type { Crew, Worker } from "./crew.ts";

const killedMsMax = 5_000;
const drainedMsMax = 200;
/** A client asks again so long after an answer: it can see no shorter gap, and leaves the cores some air. */
const pauseMs = 10;
const askMsMax = 15_000;
const balanceMsMax = 60_000;
/** Answers before and after the event, so that a gap has two ends. */
const settledMs = 300;

interface Hosting {
  readonly worker: Worker;
  readonly name: string;
}

/** One key per shard, each asked all the time, while one of two hosts goes: by kill -9, and by a drain. */
export async function measureFailOver(crew: Crew, scale: number): Promise<BenchRow[]> {
  const { url } = await crew.startServer();
  const connection = await openBenchConnection(url);
  const client = openClient(connection);
  const gaps = { killed: [] as number[], drained: [] as number[], joined: [] as number[] };
  const repetitions = scale < 1 ? { killed: 3, drained: 1 } : { killed: 10, drained: 10 };
  let serial = 0;
  const open = async (): Promise<Hosting> => {
    const [worker, name] = [crew.hire(), `host-${serial++}`];
    await worker.order("host", { act: "open", url, name });
    return { worker, name };
  };
  let hosts: Hosting[] = [await open(), await open()];
  try {
    for (const how of ["killed", "drained"] as const) {
      for (let repetition = 0; repetition < repetitions[how]; repetition++) {
        await balanced(hosts);
        const [victim, survivor] = hosts as [Hosting, Hosting];
        const shards = new Set(await victim.worker.order("host", { act: "shards" }));
        gaps[how].push(
          ...(await longestGaps(client, keysOf(shards), async () => {
            if (how === "drained") await victim.worker.order("host", { act: "drain" });
            await victim.worker.kill();
          })),
        );
        let next: Hosting | undefined;
        const everywhere = keysOf(new Set(Array.from({ length: shardCountDefault }, (_, shard) => shard)));
        gaps.joined.push(
          ...(await longestGaps(client, everywhere, async () => {
            next = await open();
            await balanced([survivor, next]);
          })),
        );
        if (next !== undefined) hosts = [survivor, next];
      }
    }
  } finally {
    await connection.drain();
  }
  for (const { worker } of hosts) await worker.kill();
  const rows = (name: string, values: readonly number[], msMax?: number): BenchRow[] => {
    const p99 = quantile(values, 0.99);
    return [
      { case: `${name}, p50 of ${values.length} gaps`, value: quantile(values, 0.5), unit: "ms" },
      {
        case: `${name}, p99`,
        value: p99,
        unit: "ms",
        ...(msMax === undefined ? {} : { goal: below(p99, msMax) }),
      },
    ];
  };
  return [
    ...rows("fail-over after kill -9", gaps.killed, killedMsMax),
    ...rows("hand-over by drain", gaps.drained, drainedMsMax),
    ...rows("hand-over to a host that joins, all keys", gaps.joined),
  ];
}

/** One key for each of these shards. */
function keysOf(shards: ReadonlySet<number>): string[] {
  const missing = new Set(shards);
  const keys: string[] = [];
  for (let index = 0; missing.size > 0; index++) {
    const key = `over-${index}`;
    if (missing.delete(shardOf({ kind: "counter", key }))) keys.push(key);
  }
  return keys;
}

/** Both own a fair part, and together all. */
async function balanced(hosts: readonly Hosting[]): Promise<void> {
  const until = performance.now() + balanceMsMax;
  for (;;) {
    const counts: number[] = [];
    for (const { worker } of hosts) counts.push((await worker.order("host", { act: "shards" })).length);
    const all = counts.reduce((sum, count) => sum + count, 0) === shardCountDefault;
    if (all && counts.every((count) => count > 0)) return;
    if (performance.now() > until) throw new Error(`the hosts own ${counts.join(" and ")} shards`);
    await pause(50);
  }
}

/** The longest time between two acknowledged commands of each key, while something happens. */
async function longestGaps(
  client: ActorClient,
  keys: readonly string[],
  happens: () => Promise<void>,
): Promise<number[]> {
  let finishing = false;
  const follow = async (key: string): Promise<number> => {
    let longestMs = 0;
    let answeredMs: number | undefined;
    let answered = false;
    while (!finishing || !answered) {
      const reply = await client.ask({ kind: "counter", key }, add, { by: "bench", timeoutMs: askMsMax });
      const nowMs = performance.now();
      answered = reply.ok;
      if (reply.ok) {
        if (answeredMs !== undefined) longestMs = Math.max(longestMs, nowMs - answeredMs);
        answeredMs = nowMs;
      }
      await pause(pauseMs);
    }
    return longestMs;
  };
  const following = Promise.all(keys.map(follow)); // ends when each has an answer from after the event
  await pause(settledMs);
  await happens();
  await pause(settledMs);
  finishing = true;
  return following;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
