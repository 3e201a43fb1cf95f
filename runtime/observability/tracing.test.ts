import assert from "node:assert/strict";
import { test } from "node:test";
import { openCollector } from "../testing/collector.ts";
import { systemClock } from "../ports/clock.ts";
import { silentLog } from "../ports/log.ts";
import { seededRandom, systemRandom } from "../ports/random.ts";
import { openTracer } from "./open-tracer.ts";
import { tracesSettings } from "./settings.ts";
import type { TracesSettings } from "./settings.ts";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";

const tools = { clock: systemClock, random: systemRandom, log: silentLog };
const to = (url: string, ratio = 1): TracesSettings => {
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: url, WEIR_TRACES_RATIO: ratio };
  const settings = tracesSettings(variables, { service: "weir-test", instance: "a" });
  assert.ok(settings !== undefined);
  return settings;
};

test("spans that hand their context on are one tree at the collector, under the caller's own span", async () => {
  const collector = await openCollector();
  try {
    const tracer = await openTracer(to(`${collector.url}/`), tools);
    const caller = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const ask = tracer.span("ask", { parent: caller, attributes: { "actor.kind": "ledger", attempts: 2 } });
    const step = tracer.span("step", { parent: ask.context });
    const append = tracer.span("append", { parent: step.context });
    append.end();
    step.end(new Error("a defect"));
    ask.end({ code: "internal", reference: "r" });
    await tracer.close();
    await tracer.close();

    const byName = new Map(collector.spans.map((span) => [span.name, span]));
    assert.deepEqual([...byName.keys()].sort(), ["append", "ask", "step"]);
    assert.ok(
      collector.spans.every(({ traceId, service }) => traceId === "a".repeat(32) && service === "weir-test"),
    );
    assert.equal(byName.get("ask")?.parentSpanId, "b".repeat(16));
    assert.equal(byName.get("step")?.parentSpanId, byName.get("ask")?.spanId);
    assert.equal(byName.get("append")?.parentSpanId, byName.get("step")?.spanId);
    assert.deepEqual(byName.get("ask")?.attributes, { "actor.kind": "ledger", attempts: 2 });
    assert.equal(byName.get("append")?.error, undefined);
    assert.equal(byName.get("step")?.error, "a defect");
    assert.equal(byName.get("ask")?.error, "internal");
  } finally {
    await collector.close();
  }
});

test("who begins a trace decides for everybody whether it is recorded", async () => {
  const collector = await openCollector();
  try {
    const some = await openTracer(to(collector.url, 0.25), { ...tools, random: seededRandom(3) });
    let begun = 0;
    for (let count = 0; count < 400; count++) {
      const root = some.span("root");
      const sampled = parseTraceparent(root.context)?.sampled;
      if (sampled === true) begun++;
      const child = some.span("child", { parent: root.context });
      assert.equal(parseTraceparent(child.context)?.sampled, sampled);
      child.end();
      root.end();
    }
    await some.close();
    assert.ok(begun > 60 && begun < 140, `${begun} of 400 at a ratio of 0.25`);
    assert.equal(collector.spans.length, 2 * begun);
  } finally {
    await collector.close();
  }
});

test("a collector that is gone does not keep a process from its end", async () => {
  const tracer = await openTracer(to("http://127.0.0.1:1"), tools);
  for (let count = 0; count < 2_000; count++) tracer.span("lost").end();
  await tracer.close();
});

test("without a collector there is no tracer at all", async () => {
  const none = tracesSettings({}, { service: "weir-test", instance: "a" });
  assert.equal(none, undefined);
  const tracer = await openTracer(none, tools);
  assert.equal(
    tracer.span("nothing", { parent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` }).context,
    undefined,
  );
  await tracer.close();
});

test("a traceparent is read as W3C says, and a malformed one is nobody's", () => {
  const good = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
  assert.deepEqual(parseTraceparent(traceparentOf(good)), good);
  assert.deepEqual(parseTraceparent(traceparentOf({ ...good, sampled: false })), { ...good, sampled: false });
  assert.deepEqual(parseTraceparent(`cc-${good.traceId}-${good.spanId}-03-later-fields`), good);
  const { traceId, spanId } = good;
  for (const text of [
    undefined,
    "",
    "00",
    `ff-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-0`,
  ])
    assert.equal(parseTraceparent(text), undefined);
});
