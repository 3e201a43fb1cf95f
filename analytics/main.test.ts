import assert from "node:assert/strict";
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { definitionOf, event, exposure } from "../actors/experiment/testing/records.ts";
import { EnvironmentKey } from "../protocols/ids.ts";
import type { Analysis, ExperimentSummary } from "../protocols/results.ts";
import { streams, subjects } from "../protocols/topology.ts";
import { systemClock } from "../runtime/index.ts";
import { eventually } from "../runtime/testing/nats.ts";
import { logHere } from "./testing/log-here.ts";

const env = EnvironmentKey.parse("production");
const definition = definitionOf(
  "checkout",
  [{ key: "any", definition: { type: "binary", event: "click" } }],
  {
    variants: ["control", "treatment"].map((key) => ({ key, variation: key, weight: 5_000 })),
    control: "control",
  },
);

after(() => void analytics.kill("SIGKILL"));
const { directory, url, connection, append: appendTo } = await logHere(Object.values(streams));
let analytics = await startAnalytics();

async function startAnalytics(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("main.ts", import.meta.url)), {
    env: {
      ...process.env,
      NATS_URL: url,
      WEIR_DATA_DIR: join(directory, "data"),
      LOG_LEVEL: "silent",
    },
  });
  await once(child, "message");
  return child;
}
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
const ends = (pid: number): Promise<void> =>
  eventually(`process ${pid} ends`, async () => !(await isAlive(pid)));

let serial = 0;
async function append(units: number): Promise<number> {
  const ts = 1_700_000_000_000;
  const at = systemClock.now();
  const records = Array.from({ length: units }, () => {
    const unit = serial++;
    const variant = unit % 2 === 0 ? "control" : "treatment";
    return [exposure(unit, variant, ts, { at }), event(unit, "click", 1, ts, { at })];
  }).flat();
  return appendTo(subjects.events(env, 0), records);
}
const reaches = (sequence: number): Promise<void> =>
  eventually("the sink reaches the stream's end", async () => {
    const { acknowledged } = await ask<{ acknowledged: number }>(subjects.warehousePosition);
    return acknowledged >= sequence;
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
