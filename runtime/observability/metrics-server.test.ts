import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../testing/nats.ts";
import { systemClock } from "../ports/clock.ts";
import { silentLog } from "../ports/log.ts";
import type { Log } from "../ports/log.ts";
import { openMetricsServer } from "./metrics-server.ts";
import { runtimeMetrics } from "./metrics.ts";
import { processText } from "./process-metrics.ts";
import { metricsAddress } from "./settings.ts";
import { createTelemetry } from "./telemetry.ts";

const tools = { clock: systemClock, log: silentLog };
const anyPort = metricsAddress({ WEIR_METRICS_PORT: 0 });

test("a scrape reads the process's own figures and what the runtime counted", async () => {
  const telemetry = createTelemetry("test");
  const metrics = runtimeMetrics(telemetry);
  metrics.activations(3, { kind: "ledger" });
  metrics.mailboxDepth(5, { kind: "ledger" });
  const server = openMetricsServer(anyPort, processText(telemetry), tools);
  await eventually("a port", () => server.port !== undefined);
  const at = `http://127.0.0.1:${server.port ?? 0}`;
  const response = await fetch(`${at}/metrics?part=all`);
  const text = await response.text();
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^weir_actor_activations_total\{[^}]*kind="ledger"[^}]*\} 3$/m);
  assert.match(text, /^weir_actor_mailbox_depth_bucket\{[^}]*le="8"[^}]*\} 1$/m);
  assert.match(text, /^process_resident_memory_bytes(\{[^}]*\})? \d{7,}$/m);
  assert.match(text, /^nodejs_eventloop_utilization(\{[^}]*\})? [01]/m);
  assert.equal((await fetch(`${at}/`)).status, 404);
  assert.equal((await fetch(`${at}/metrics`, { method: "POST" })).status, 405);
  await server.close();
  await server.close();
  await assert.rejects(fetch(`${at}/metrics`));
  await telemetry.close();
});

test("a taken port is named and the process goes on", async () => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (event) => void errors.push(event) };
  const first = openMetricsServer(anyPort, async () => "", tools);
  await eventually("a port", () => first.port !== undefined);
  const second = openMetricsServer({ host: "127.0.0.1", port: first.port ?? 0 }, async () => "", {
    ...tools,
    log,
  });
  await eventually("an error", () => errors.length === 1);
  assert.deepEqual(errors, ["metrics_not_served"]);
  assert.equal(second.port, undefined);
  await second.close();
  await first.close();
});

test("without a port nothing listens", async () => {
  const server = openMetricsServer(metricsAddress({}), async () => "", tools);
  await server.close();
  assert.equal(server.port, undefined);
});
