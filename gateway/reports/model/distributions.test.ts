import assert from "node:assert/strict";
import { test } from "node:test";
import { Metric } from "../../../protocols/metric.ts";
import { experiment, metrics } from "../testing/result.ts";
import { gatherDistributions, refusal, valuesOf } from "./distributions.ts";
import { absent } from "./report.ts";

const gathered = (all: readonly Metric[], secondary: readonly string[] = ["spend", "ctr"]) => {
  const definition = {
    experiment: { ...experiment, metrics: { ...experiment.metrics, secondary: secondary as never } },
    metrics: [...all],
  };
  return gatherDistributions(definition, async ({ key }) => absent(`read ${key}`));
};

test("metrics that are no shares are read, by their roles, and not more than three", async () => {
  const more = ["more", "most"].map((key) =>
    Metric.parse({ key, definition: { type: "sum", event: "purchase" } }),
  );
  const found = await gathered([...metrics, ...more], ["spend", "ctr", "more", "most"]);
  assert.deepEqual(
    found.kind === "present" &&
      found.value.map(({ metric, role, values }) => [
        metric,
        role,
        values.kind === "absent" && values.reason,
      ]),
    [
      ["spend", "secondary", "read spend"],
      ["ctr", "secondary", "read ctr"],
      ["more", "secondary", "read more"],
      ["most", "secondary", "a report draws 3 metrics at most"],
      ["latency", "guardrail", "a report draws 3 metrics at most"],
    ],
  );
});

test("shares of units have no distribution worth a picture", async () => {
  const found = await gathered(metrics.slice(0, 1));
  assert.equal(
    found.kind === "absent" && found.reason,
    "every metric is a share of units, whose values are 0 and 1",
  );
});

test("what is not there says why", () => {
  const reasons = [
    valuesOf({ kind: "working", progress: { stage: "waiting", done: 0 } }),
    refusal({ code: "too_many", what: "rows", max: 1_000_000 }),
    refusal({ code: "overloaded", retryAfterMs: 1 }),
    refusal({ code: "unavailable", reason: "no_responders", retryAfterMs: 1 }),
    refusal({ code: "warehouse_unavailable", reason: "it starts", retryAfterMs: 1 }),
    refusal({ code: "invalid_request", issues: [{ path: "method", message: "not of this metric" }] }),
    refusal({ code: "cancelled" }),
  ].map((part) => (part.kind === "absent" ? part.reason : ""));
  assert.deepEqual(reasons, [
    "it is being computed from single values; load the report again in a while",
    "there are more than 1,000,000 values",
    "analytics has more to compute than it takes; load the report again in a while",
    "analytics does not answer (no responders)",
    "the warehouse does not answer: it starts",
    "not of this metric",
    "it could not be computed (cancelled)",
  ]);
});
