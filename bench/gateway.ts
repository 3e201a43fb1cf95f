import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentKey } from "../protocols/ids.ts";
import { Flag } from "../protocols/flag.ts";
import { planFormat, type Plan } from "../protocols/plan.ts";
import { buckets, escapeToken, organisationKey } from "../protocols/topology.ts";
import type { Directory } from "../protocols/directory.ts";
import { createKeys, parseKeys } from "../evaluation/keys.ts";
import { signPlan } from "../evaluation/sign.ts";
import { tokenHash } from "../gateway/auth.ts";
import { openConnection, startNatsServer, systemClock } from "../runtime/index.ts";
import type { LoadOrder, LoadOutcome } from "./gateway/load.ts";
import { median, type BenchOptions, type BenchReport, type BenchRow } from "./report.ts";

// POST /evaluate over HTTP against the bare server that parses the same JSON and answers the same bytes. Both run all
// the time and are loaded in turn, so that a slow minute of the machine hits both.

const token = `weir_s${"b".repeat(32)}`;
const environment = EnvironmentKey.parse("bench");
const connections = 64;
const body = JSON.stringify({
  envKey: environment,
  flagKey: "checkout",
  context: {
    targetingKey: "user-48213",
    country: "DE",
    plan: "pro",
    appVersion: "3.14.1",
    platform: "ios",
    age: 41,
  },
});
const request = `POST /evaluate HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

export async function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), "weir-bench-gateway-"));
  const nats = await startNatsServer({ dataDir: join(folder, "nats"), syncAlways: false });
  const children: ChildProcess[] = [];
  const start = async (file: string, args: string[], env: Record<string, string> = {}): Promise<Server> => {
    const child = fork(join(import.meta.dirname, file), args, { env: { ...process.env, ...env } });
    children.push(child);
    const [ready] = (await once(child, "message")) as [{ port: number }];
    return { port: ready.port, pid: child.pid ?? 0 };
  };
  try {
    await seed(folder, nats.url);
    const gateway = await start("../gateway/main.ts", [], {
      PORT: "0",
      NATS_URL: nats.url,
      WEIR_DATA_DIR: folder,
      WEIR_RATE_LIMIT_PER_MINUTE: "1000000000",
      LOG_LEVEL: "error",
    });
    const { answer, headers } = await firstAnswer(gateway.port);
    const bare = await start("gateway/bare.ts", [answer, JSON.stringify(headers)]);
    const generator = fork(join(import.meta.dirname, "gateway/load.ts"));
    children.push(generator);
    return await measure({ gateway, bare, generator, scale, progress });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

interface Bench extends BenchOptions {
  readonly gateway: Server;
  readonly bare: Server;
  readonly generator: ChildProcess;
}

async function measure({ gateway, bare, generator, scale, progress }: Bench): Promise<BenchReport> {
  const servers = { gateway, bare };
  const rounds = Math.max(3, Math.round(5 * scale));
  const ms = Math.max(500, 4_000 * scale);
  const taken = { gateway: [] as Taken[], bare: [] as Taken[] };
  const paced = { gateway: [] as Taken[], bare: [] as Taken[] };
  for (let round = 0; round <= rounds; round++) {
    for (const name of ["gateway", "bare"] as const) {
      progress(`${name}, round ${round} of ${rounds}${round === 0 ? " (warms up)" : ""}`);
      const { port, pid } = servers[name];
      const fast = await loaded(generator, pid, { port, request, connections, ms });
      const fixed = await loaded(generator, pid, {
        port,
        request,
        connections,
        ms,
        requestsPerSecond: 2_000,
      });
      if (round === 0) continue;
      taken[name].push(fast);
      paced[name].push(fixed);
    }
  }
  const middle = (runs: readonly Taken[], of: (run: Taken) => number): number => median(runs.map(of));
  const pair = (label: string, unit: string, runs: typeof taken, of: (run: Taken) => number): BenchRow[] => {
    const limit = middle(runs.bare, of);
    const value = middle(runs.gateway, of);
    return [
      { case: `${label}, bare uWebSockets.js`, value: limit, unit },
      { case: `${label}, gateway`, value, unit, ratio: value / limit, against: "bare uWebSockets.js" },
    ];
  };
  const failed = [...taken.gateway, ...paced.gateway].reduce((sum, run) => sum + run.notOk, 0);
  return {
    name: "gateway: POST /evaluate",
    rows: [
      ...pair("saturation", "requests/s", taken, (run) => (run.requests / run.ms) * 1_000),
      ...pair("saturation, CPU of the server", "µs/request", taken, (run) => run.cpuMicros / run.requests),
      ...pair("saturation, p99", "ms", taken, (run) => run.p99Ms),
      ...pair("2 000 requests/s, p50", "ms", paced, (run) => run.p50Ms),
      ...pair("2 000 requests/s, p99", "ms", paced, (run) => run.p99Ms),
      { case: "answers that were not 200", value: failed, unit: "requests" },
    ],
    notes: [
      `${connections} connections kept alive, ${body.length}-byte body, median of ${rounds} rounds of ${ms} ms, in turn.`,
      "At saturation the generator shares the machine; the CPU per request is the steadier comparison.",
      "Latency at 2 000 requests/s counts from the moment a request was due.",
    ],
  };
}

interface Taken extends LoadOutcome {
  readonly cpuMicros: number;
}

async function loaded(generator: ChildProcess, pid: number, order: LoadOrder): Promise<Taken> {
  const before = await cpuMicrosOf(pid);
  generator.send(order);
  const [outcome] = (await once(generator, "message")) as [LoadOutcome];
  return { ...outcome, cpuMicros: (await cpuMicrosOf(pid)) - before };
}

/** Linux counts in ticks of 10 ms; NaN elsewhere. */
async function cpuMicrosOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function firstAnswer(port: number): Promise<{ answer: string; headers: [string, string][] }> {
  const deadline = systemClock.monotonicMs() + 10_000;
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/evaluate`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    const answer = await response.text();
    if (response.status === 200) {
      const names = ["content-type", "x-request-id", "ratelimit-policy", "ratelimit"];
      return { answer, headers: names.map((name) => [name, response.headers.get(name) ?? ""]) };
    }
    if (systemClock.monotonicMs() > deadline) throw new Error(`the gateway answers ${answer}`);
    await systemClock.sleep(50);
  }
}

async function seed(folder: string, natsUrl: string): Promise<void> {
  const file = createKeys();
  await writeFile(join(folder, "keys.json"), JSON.stringify(file));
  const directory: Directory = {
    version: 1,
    projects: [],
    environments: [
      {
        key: environment,
        project: "main",
        name: "bench",
        production: true,
        partitions: 8,
        createdAt: 0 as never,
        archived: false,
      },
    ],
    tokens: [
      {
        hash: tokenHash(token),
        prefix: token.slice(0, 12),
        name: "bench",
        kind: "server",
        scopes: ["flags:evaluate"],
        createdAt: 0 as never,
      },
    ],
  };
  const connection = await openConnection({ url: natsUrl, name: "bench", streams: [] });
  const put = async (bucket: string, key: string, value: unknown): Promise<void> => {
    await (await connection.bucket(bucket)).put(key, Buffer.from(JSON.stringify(value)), 0);
  };
  await put(buckets.directory, organisationKey, directory);
  await put(buckets.plans, escapeToken(environment), signPlan(benchPlan(), parseKeys(JSON.stringify(file))));
  await connection.drain();
}

/** Three rules of two conditions, the last of which holds, then a split: case b of the evaluation bench. */
function benchPlan(): Plan {
  const rule = (id: string, plan: string): unknown => ({
    id,
    when: {
      all: [
        { attribute: "country", op: "in", value: ["FR", "ES", "IT", "PL", "DE"] },
        { attribute: "plan", op: "eq", value: plan },
      ],
    },
    serve: {
      split: [
        { variation: "on", weight: 5_000 },
        { variation: "off", weight: 5_000 },
      ],
    },
  });
  const flag = Flag.parse({
    key: "checkout",
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    fallthrough: { variation: "off" },
    rules: [rule("first", "free"), rule("second", "team"), rule("third", "pro")],
  });
  return {
    format: planFormat,
    environment,
    version: 1,
    publishedAt: 0 as never,
    salt: "salt",
    unitSalt: "unit-salt",
    partitions: 8,
    flags: { [flag.key]: flag },
    segments: {},
    experiments: {},
    metrics: {},
  };
}
