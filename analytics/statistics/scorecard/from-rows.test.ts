import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnalyseRequest } from "../../../protocols/analytics-messages.ts";
import { Metric } from "../../../protocols/metric.ts";
import type { RowAnswer, RowEstimate } from "../../../protocols/row-answers.ts";
import { planned } from "../testing/planned.ts";
import { analyse } from "./scorecard.ts";

const latency = Metric.parse({
  key: "bought",
  direction: "decrease",
  definition: { type: "percentile", event: "render", percentile: 90 },
});

function withPercentile(estimate: RowEstimate | undefined): AnalyseRequest {
  const request = planned({ control: { units: 5_000 }, variants: { new: { units: 5_000 } } });
  const { definition, summary } = request;
  const answer = {
    method: "percentile",
    asOf: 1,
    comparisons: [{ variant: "new", n: 5_000, nControl: 5_000, estimate }],
  } as unknown as RowAnswer;
  return {
    ...request,
    definition: {
      ...definition,
      metrics: definition.metrics.map((metric) => (metric.key === latency.key ? latency : metric)),
    },
    summary: {
      ...summary,
      variants: summary.variants.map((group) => ({
        ...group,
        metrics: { ...group.metrics, bought: { kind: "distribution", count: 5_000 } },
      })),
    },
    ...(estimate === undefined ? {} : { rows: { bought: answer } }),
  };
}

test("a percentile that was read from rows is monitored like any other answer, and may decide", () => {
  const request = withPercentile({
    kind: "estimated",
    value: 380,
    valueControl: 420,
    difference: -40,
    standardError: 5,
    interval: [-49.8, -30.2],
    pValue: 1e-15,
  });
  const [first] = analyse(request).comparisons;
  assert.ok(first?.finding?.monitored.kind === "always_valid");
  assert.equal(first.finding.verdict, "better");
  assert.ok(first.finding.monitored.interval[1] > -30.2 && first.finding.monitored.interval[1] < 0);
  assert.equal(first.finding.monitored.relativeInterval, undefined);
  assert.deepEqual([first.mean, first.meanControl], [380, 420]);
});

test("before it was read, and when it cannot be had, the cell says why", () => {
  const [waiting] = analyse(withPercentile(undefined)).comparisons;
  assert.ok(waiting?.finding?.monitored.kind === "no_answer");
  assert.equal(waiting.finding.monitored.code, "needs_rows");
  const refused = { kind: "no_answer", code: "too_few_units", reason: "there are too few units" } as const;
  const [none] = analyse(withPercentile(refused)).comparisons;
  assert.deepEqual(none?.finding?.monitored, refused);
});
