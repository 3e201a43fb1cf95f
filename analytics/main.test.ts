import assert from "node:assert/strict";
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ExperimentDefinition } from "../protocols/experiment.ts";
import { EnvironmentKey } from "../protocols/ids.ts";
import type { ExperimentKey, Key, UnitId } from "../protocols/ids.ts";
import { encodeBatch } from "../protocols/log-record.ts";
import type { LogRecord } from "../protocols/log-record.ts";
import type { Analysis, ExperimentSummary } from "../protocols/results.ts";
import { streams, subjects } from "../protocols/topology.ts";
import { openConnection, startNatsServer, systemClock } from "../runtime/index.ts";
import type { Connection, NatsServer } from "../runtime/index.ts";

const env = EnvironmentKey.parse("production");
const definition = ExperimentDefinition.parse({
  experiment: {
    key: "checkout",
    flag: "f",
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "treatment", variation: "on", weight: 5_000 },
    ],
    control: "control",
    metrics: { primary: "any" },
    status: "running",
    phase: 1,
  },
  metrics: [{ key: "any", definition: { type: "binary", event: "click" } }],
});

let directory: string;
let server: NatsServer;
let connection: Connection;
let analytics: ChildProcess;

const startAnalytics = async (): Promise<ChildProcess> => {
  const child = fork(fileURLToPath(new URL("main.ts", import.meta.url)), {
    env: {
      ...process.env,
      NATS_URL: server.url,
      WEIR_DATA_DIR: join(directory, "data"),
      LOG_LEVEL: "silent",
    },
  });
  await once(child, "message");
  return child;
};
const ask = async <Value>(subject: string, payload: unknown = {}): Promise<Value> => {
  const reply = await connection.messaging.request<Value>(subject, payload, { timeoutMs: 20_000 });
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value;
};
const warehousePid = async (): Promise<number> =>
  Number(/^PID: (\d+)/.exec(await readFile(join(directory, "data/warehouse/status"), "utf8"))?.[1]);
/** Ended and not yet collected by its parent counts as ended: an orphan's new parent takes its time. */
const isAlive = async (pid: number): Promise<boolean> => {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));
  } catch {
    return false;
  }
};
/** It lets go of the directory a moment before it ends. */
async function ends(pid: number): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (await isAlive(pid)) {
    assert.ok(performance.now() < deadlineMs, `process ${pid} ends`);
    await systemClock.sleep(20);
  }
}

let serial = 0;
async function append(units: number): Promise<number> {
  const records = Array.from({ length: units }, (): LogRecord[] => {
    const unit = `${String(serial++).padStart(9, "A")}AAAAAAAAAAAAA` as UnitId;
    const variant = (serial % 2 === 0 ? "control" : "treatment") as Key;
    const common = { ts: 1_700_000_000_000, at: systemClock.now(), unit };
    return [
      {
        type: "exposure",
        id: `x${serial}`,
        ...common,
        experiment: "checkout" as ExperimentKey,
        phase: 1,
        variant,
        flag: "f",
      },
      { type: "metric", id: `m${serial}`, ...common, name: "click", value: 1 },
    ];
  }).flat();
  const outcome = await connection.writer.append(subjects.events(env, 0), encodeBatch(records));
  assert.equal(outcome.kind, "stored");
  return outcome.kind === "stored" ? outcome.sequence : 0;
}
async function reaches(sequence: number): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while ((await ask<{ acknowledged: number }>(subjects.warehousePosition)).acknowledged < sequence) {
    assert.ok(performance.now() < deadlineMs, "the sink reaches the stream's end");
    await systemClock.sleep(50);
  }
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-"));
  server = await startNatsServer({ dataDir: join(directory, "nats"), syncAlways: false });
  connection = await openConnection({ url: server.url, name: "test", streams: Object.values(streams) });
  analytics = await startAnalytics();
});
after(async () => {
  analytics.kill("SIGKILL");
  await connection.drain();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

test("events of the log come back as a summary, and the summary as statistics", async () => {
  await reaches(await append(100));
  const summary = await ask<ExperimentSummary>(subjects.warehouseSummary, { environment: env, definition });
  assert.deepEqual(summary, {
    crossovers: 0,
    variants: ["control", "treatment"].map((variant) => ({
      variant,
      units: 50,
      metrics: { any: { kind: "proportion", count: 50, successes: 50 } },
    })),
  });
  const analysis = await ask<Analysis>(subjects.analyse, { definition, summary });
  assert.equal(analysis.sampleRatio.kind, "tested");
  assert.deepEqual(await ask("analytics.ready"), { ready: true, sink: "running", acknowledged: 1 });
});

test("a request that is none is refused by name", async () => {
  const reply = await connection.messaging.request(
    subjects.warehouseSummary,
    { environment: 1 },
    { timeoutMs: 20_000 },
  );
  assert.equal(reply.ok, false);
  assert.equal(reply.ok ? "" : reply.failure.code, "invalid_message");
});

test("killed without warning, it takes its warehouse along, and the next one goes on where it was", async () => {
  const pid = await warehousePid();
  await append(100);
  analytics.kill("SIGKILL");
  await once(analytics, "exit");
  const last = await append(100);
  analytics = await startAnalytics();
  await ends(pid);
  await reaches(last);
  const summary = await ask<ExperimentSummary>(subjects.warehouseSummary, { environment: env, definition });
  assert.deepEqual(
    summary.variants.map(({ units }) => units),
    [150, 150],
  );
});

test("told to stop, it ends with 0, and its warehouse with it", async () => {
  const pid = await warehousePid();
  analytics.kill("SIGTERM");
  const [code] = (await once(analytics, "exit")) as [number];
  assert.equal(code, 0);
  await ends(pid);
});
