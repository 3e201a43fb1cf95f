import { readRunFile } from "../../cli/run-file.ts";
import { encodeBatch, type LogRecord } from "../../protocols/log-record.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { openConnection } from "../../runtime/index.ts";
import type { BenchRow } from "../report.ts";
import { authorised, type World } from "./world.ts";

const eventsPerRequest = 500;
const connections = 8;
const secondsFull = 20;
const users = 100_000;
/** Bytes a bare publisher keeps unacknowledged: what the gateway may have in flight, roughly. */
const bareWindow = 16;

/** Events acknowledged a second over HTTP, and what JetStream alone takes of the same batches in the same run. */
export async function measureThroughput(world: World, scale: number): Promise<BenchRow[]> {
  const durationMs = Math.max(2_000, secondsFull * 1_000 * scale);
  const http = await overHttp(world, durationMs);
  const bare = await bareAppends(world, durationMs / 2);
  return [
    { case: "bare JetStream appends of 500-event batches", value: bare, unit: "events/s" },
    {
      case: `acknowledged over HTTP, ${connections} connections × ${eventsPerRequest}`,
      value: http,
      unit: "events/s",
      ratio: http / bare,
      against: "bare JetStream appends of 500-event batches",
    },
  ];
}

async function overHttp(world: World, durationMs: number): Promise<number> {
  const headers = authorised(world);
  const url = `${world.weir.url}/v1/events/outcome?env=${world.environment}`;
  const until = performance.now() + durationMs;
  let accepted = 0;
  let made = 0;
  const started = performance.now();
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const events = Array.from({ length: eventsPerRequest }, () => {
        const number = made++;
        return {
          id: `bench-${number}`,
          userId: `user-${number % users}`,
          eventName: "buy",
          value: number % 100,
        };
      });
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(events) });
      const receipt = (await response.json()) as { accepted?: number };
      accepted += receipt.accepted ?? 0;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return accepted / ((performance.now() - started) / 1_000);
}

async function bareAppends(world: World, durationMs: number): Promise<number> {
  const natsUrl = readRunFile(world.weir.dataDir)?.natsUrl;
  if (natsUrl === undefined) throw new Error("the run file names the message server");
  const stream = { name: "BARE", subjects: ["bare.>"], maxBytes: 4 * 1024 ** 3 };
  const connection = await openConnection({ url: natsUrl, name: "bench", streams: [stream] });
  const records = Array.from({ length: eventsPerRequest }, (_, index): LogRecord => ({
    type: "metric",
    id: `bench-${index}`,
    ts: 1_700_000_000_000,
    at: 1_700_000_000_000,
    unit: "AAAAAAAAAAAAAAAAAAAAAA" as UnitId,
    name: "buy",
    value: index % 100,
  }));
  const data = encodeBatch(records);
  const until = performance.now() + durationMs;
  const started = performance.now();
  let stored = 0;
  const writer = async (): Promise<void> => {
    while (performance.now() < until) {
      const outcome = await connection.writer.append("bare.0", data);
      if (outcome.kind === "stored") stored += eventsPerRequest;
    }
  };
  await Promise.all(Array.from({ length: bareWindow }, writer));
  const rate = stored / ((performance.now() - started) / 1_000);
  await connection.drain();
  return rate;
}
