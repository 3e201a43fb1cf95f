import assert from "node:assert/strict";
import { test } from "node:test";
import { createTelemetry } from "./telemetry.ts";

test("counters, gauges and histograms appear in Prometheus' text with their labels", async () => {
  const telemetry = createTelemetry("test");
  const asks = telemetry.counter("weir_test_asks_total", { description: "Asks" });
  asks();
  asks(2, { kind: "a" });
  asks(3, { kind: "a" });
  telemetry.gauge("weir_test_depth")(7);
  telemetry.histogram("weir_test_duration", { unit: "ms", boundaries: [1, 10] })(5);
  const text = await telemetry.prometheusText();
  assert.match(text, /^weir_test_asks_total\{[^}]*kind="a"[^}]*\} 5$/m);
  assert.match(text, /^weir_test_depth(\{[^}]*\})? 7$/m);
  assert.match(text, /^weir_test_duration_bucket\{[^}]*le="10"[^}]*\} 1$/m);
  await telemetry.close();
});
