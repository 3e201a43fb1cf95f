import { join } from "node:path";
import { readRunFile } from "../../cli/run-file.ts";
import { cpuMicrosOf } from "../gateway/process-figures.ts";
import type { BenchRow } from "../report.ts";
import type { LimitOrder, LimitOutcome } from "./limits-worker.ts";
import type { Site } from "./site.ts";
import { childOf } from "./usage.ts";

/** How fast, and what an event costs whoever sends and whoever takes. */
export interface Limit {
  readonly perSecond: number;
  readonly micros: number;
}

export interface Limits {
  readonly publish: Limit;
  readonly insert: Limit;
}

/** While nothing else is sent to this Weir. */
export async function measureLimits(site: Site, seconds: number): Promise<Limits> {
  const { weir } = site.world;
  const natsUrl = readRunFile(weir.dataDir)?.natsUrl;
  if (natsUrl === undefined) throw new Error("the run file names the message server");
  const { nats = 0, analytics = 0 } = weir.pids();
  const ms = seconds * 1_000;
  const publish = await measure(site, nats, { kind: "publish", natsUrl, ms });
  const { socketPath } = site;
  const insert = await measure(site, await childOf(analytics), { kind: "insert", socketPath, ms });
  return { publish, insert };
}

async function measure({ children }: Site, server: number, order: LimitOrder): Promise<Limit> {
  const worker = children.start(join(import.meta.dirname, "limits-worker.ts"));
  await worker.order(order); // it is warm
  const cpu = async (): Promise<number> => (await cpuMicrosOf(worker.pid)) + (await cpuMicrosOf(server));
  const before = await cpu();
  const { events, ms } = await worker.said<LimitOutcome>();
  const micros = ((await cpu()) - before) / events;
  return { perSecond: (events / ms) * 1_000, micros };
}

export const publishName = "bare JetStream, batches of 500";
export const insertName = "bare ClickHouse, blocks of 10 000";

export const limitRows = ({ publish, insert }: Limits): BenchRow[] => [
  { case: publishName, value: publish.perSecond, unit: "events/s" },
  { case: `${publishName}: CPU, publisher and server`, value: publish.micros, unit: "µs/event" },
  { case: insertName, value: insert.perSecond, unit: "rows/s" },
  { case: `${insertName}: CPU, inserter and engine`, value: insert.micros, unit: "µs/row" },
];
