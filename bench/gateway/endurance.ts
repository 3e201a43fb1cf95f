import { keyOf, kindOf, planOf, type Kind } from "../evaluation/plan.ts";
import type { BenchOptions, BenchReport } from "../report.ts";
import { systemClock } from "../../runtime/index.ts";
import type { Taken } from "./generator.ts";
import { memoryRows, type MemorySample } from "./memory-series.ts";
import { connections } from "./pairs.ts";
import { requestsPerSecond, residentMegabytesMax } from "./paced.ts";
import { environment } from "./plans.ts";
import { residentMegabytesOf } from "./process-figures.ts";
import { evaluatePost, ofrepBulkPost, serialMark, wireText } from "./requests.ts";
import type { GatewayWorld } from "./world.ts";

const minutesFull = 10;
const samples = 60;
const progressMs = 30_000;
const flagCount = 20;
const bounds = { mbMax: residentMegabytesMax, mbPerMinuteMax: 0.5 };

/** Every request is of a user that was never seen. */
const user = `user-${serialMark}`;

/** Of 20 requests: 13 to flags with and without rules, 5 to experiments, which the decision log waits for, 2 bulk. */
function mixedRequests(): string[] {
  const keys = (kind: Kind): string[] =>
    Array.from({ length: flagCount }, (_, index) => index)
      .filter((index) => kindOf(index) === kind)
      .map(keyOf);
  const asked = (kind: Kind, count: number): string[] =>
    Array.from({ length: count }, (_, index) => keys(kind)[index % keys(kind).length] ?? "");
  return [
    ...[...asked("a", 6), ...asked("b", 7), ...asked("c", 5)].map((key) =>
      evaluatePost(environment, key, user),
    ),
    ...Array.from({ length: 2 }, () => ofrepBulkPost(environment, user)),
  ].map(wireText);
}

export async function measureEndurance(
  world: GatewayWorld,
  { scale, progress }: BenchOptions,
): Promise<BenchReport> {
  await world.put(environment, await world.pack(planOf(flagCount)));
  await world.answerTo(evaluatePost(environment, keyOf(0)));
  const ms = minutesFull * 60_000 * scale;
  const order = { requests: mixedRequests(), connections, ms, requestsPerSecond, yields: true };
  const ended = new AbortController();
  const load = world.generator.load(world.gateway, order).finally(() => ended.abort());
  const sampling = sample(world, { ms, progress, ended: ended.signal });
  const [outcome, taken] = await Promise.all([load, sampling]);
  return {
    name: "endurance: mixed requests of ever new users",
    rows: [...memoryRows(taken, bounds), ...loadRows(outcome)],
    notes: [
      `${(ms / 60_000).toPrecision(2)} min at ${requestsPerSecond} requests/s; of 20 requests 13 to flags with and without rules, 5 to experiments, 2 OFREP bulk of ${flagCount} flags`,
      `${taken.length} samples; the first half fills caches of bounded size, so growth is judged by the second`,
    ],
  };
}

interface Sampling {
  readonly ms: number;
  readonly progress: (line: string) => void;
  readonly ended: AbortSignal;
}

async function sample(world: GatewayWorld, { ms, progress, ended }: Sampling): Promise<MemorySample[]> {
  const taken: MemorySample[] = [];
  const startMs = performance.now();
  let progressAtMs = progressMs;
  for (let count = 1; count <= samples && !ended.aborted; count++) {
    const dueMs = (count * ms) / samples;
    await systemClock.sleep(dueMs - (performance.now() - startMs), ended);
    const residentMb = await residentMegabytesOf(world.gateway.pid);
    const one = { atMs: performance.now() - startMs, residentMb, heapMb: await heapMegabytesOf(world) };
    taken.push(one);
    if (dueMs < progressAtMs) continue;
    progressAtMs += progressMs;
    const seconds = `${Math.round(dueMs / 1_000)} of ${Math.round(ms / 1_000)} s`;
    progress(`endurance: ${seconds}, RSS ${residentMb.toFixed(1)} MB, heap ${one.heapMb.toFixed(1)} MB`);
  }
  return taken;
}

/** As the process itself says. */
async function heapMegabytesOf({ gateway }: GatewayWorld): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${gateway.port}/metrics`);
  return Number(/^nodejs_heap_used_bytes(?:\{[^}]*\})? (\S+)/m.exec(await response.text())?.[1]) / 1e6;
}

const loadRows = ({ requests, ms, p50Ms, p99Ms, maxMs, notOk, cpuMicros }: Taken) => [
  { case: "requests", value: (requests / ms) * 1_000, unit: "requests/s" },
  { case: "CPU of the gateway", value: cpuMicros / requests, unit: "µs/request" },
  { case: "p50", value: p50Ms, unit: "ms" },
  { case: "p99", value: p99Ms, unit: "ms" },
  { case: "largest latency", value: maxMs, unit: "ms" },
  { case: "answers that were not 200", value: notOk, unit: "requests" },
];
