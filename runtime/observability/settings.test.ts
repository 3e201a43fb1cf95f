import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { metricsAddress, observabilityVariables, tracesSettings } from "./settings.ts";

const Environment = z.object(observabilityVariables);
const us = { service: "weir-test", instance: "a" };

test("an empty variable is an absent one: no traces, no port", () => {
  const nothing = Object.fromEntries(Object.keys(observabilityVariables).map((name) => [name, ""]));
  for (const environment of [{}, nothing]) {
    const variables = Environment.parse(environment);
    assert.equal(tracesSettings(variables, us), undefined);
    assert.equal(metricsAddress(variables), undefined);
  }
});

test("traces go below the collector's address, or to the very place that is named", () => {
  const urlOf = (environment: Record<string, string>) =>
    tracesSettings(Environment.parse(environment), us)?.url;
  assert.equal(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }), "http://c:4318/v1/traces");
  assert.equal(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/otlp" }), "http://c:4318/otlp/v1/traces");
  const both = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://t/in",
  };
  assert.equal(urlOf(both), "https://t/in");
});

test("wrong values are refused by name", () => {
  for (const [name, value] of [
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "c:4318"],
    ["WEIR_TRACES_RATIO", "2"],
    ["WEIR_METRICS_PORT", "port"],
    ["WEIR_METRICS_PORT", "70000"],
  ] as const) {
    const parsed = Environment.safeParse({ [name]: value });
    assert.deepEqual(parsed.error?.issues[0]?.path, [name]);
  }
});
