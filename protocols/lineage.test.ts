import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ExperimentStatus } from "./experiment.ts";
import { eventLineage, eventUses, metricLineage, type LineageExperiment } from "./lineage.ts";
import { Metric } from "./metric.ts";

const metric = (members: object): Metric => Metric.parse(members);
const experiment = (
  key: string,
  status: ExperimentStatus,
  primary: string,
  guardrails: string[] = [],
): LineageExperiment => ({
  key,
  status,
  flag: `${key}-flag`,
  metrics: { primary, secondary: [], guardrails },
});

const definitions: readonly (readonly [definition: unknown, uses: readonly unknown[]])[] = [
  [{ type: "binary", event: "buy" }, [["buy", "", []]]],
  [
    { type: "sum", event: "buy", value: "order.total", filter: { country: ["CH", "AT"], price: { gte: 3 } } },
    [["buy", "", ["country", "order.total", "price"]]],
  ],
  [
    {
      type: "ratio",
      numerator: { event: "click", filter: { position: "<=5" } },
      denominator: { event: "view" },
    },
    [
      ["click", "numerator", ["position"]],
      ["view", "denominator", []],
    ],
  ],
  [
    {
      type: "funnel",
      steps: [
        { event: "cart" },
        { event: "pay", filter: { not: { attribute: "method", op: "eq", value: "cheque" } } },
      ],
    },
    [
      ["cart", "steps[0]", []],
      ["pay", "steps[1]", ["method"]],
    ],
  ],
  [{ type: "retention", event: "visit", fromDay: 1, toDay: 7 }, [["visit", "", []]]],
  [
    {
      type: "count",
      event: "e",
      filter: {
        all: [{ any: [{ attribute: "a.b", op: "exists" }] }, { attribute: "c", op: "in", value: ["event"] }],
      },
    },
    [["e", "", ["a.b", "c"]]],
  ],
];
describe("the events and properties of a definition", () => {
  for (const [definition, uses] of definitions)
    test(`of a ${(definition as { type: string }).type}: ${JSON.stringify(uses)}`, () => {
      const { definition: parsed } = metric({ key: "m", definition });
      assert.deepEqual(
        eventUses(parsed).map(({ event, role, properties }) => [event, role, properties]),
        uses,
      );
      assert.deepEqual(
        eventUses(definition).map(({ event, role, properties }) => [event, role, properties]),
        uses,
      );
    });
});

const metrics = [
  metric({ key: "bought", definition: { type: "binary", event: "buy" } }),
  metric({
    key: "revenue",
    definition: { type: "sum", event: "buy", value: "total" },
    covariate: { lookbackDays: 14, metrics: ["visits"] },
  }),
  metric({ key: "visits", definition: { type: "count", event: "visit" } }),
];
const experiments = [
  experiment("live", "running", "revenue", ["bought"]),
  experiment("done", "completed", "bought"),
  experiment("frozen", "paused", "bought"),
].map((each) =>
  each.key === "frozen"
    ? { ...each, frozenMetrics: [metric({ key: "bought", definition: { type: "binary", event: "order" } })] }
    : each,
);
const source = { metrics, experiments };

test("a metric's lineage has its covariates both ways, who uses it in which role, and their flags", () => {
  assert.deepEqual(metricLineage("visits", source)?.covariateOf, ["revenue"]);
  assert.deepEqual(metricLineage("revenue", source)?.covariate, { lookbackDays: 14, metrics: ["visits"] });
  const { experiments: uses, features } = metricLineage("bought", source) ?? assert.fail();
  assert.deepEqual(
    uses.map(({ experiment: key, role, earlierDefinition }) => [key, role, earlierDefinition]),
    [
      ["live", "guardrail", undefined],
      ["done", "primary", undefined],
      ["frozen", "primary", true],
    ],
  );
  assert.deepEqual(features, ["done-flag", "frozen-flag", "live-flag"]);
  assert.equal(metricLineage("none", source), undefined);
});

test("an event breaks the live experiments that measure by it, also by a covariate, and those by their own definition", () => {
  const breaks = (event: string): string[] =>
    eventLineage(event, source)
      .experiments.filter((each) => each.breaks)
      .map((each) => `${each.experiment}/${each.metric}`);
  assert.deepEqual(breaks("buy"), ["live/revenue", "live/bought"]);
  assert.deepEqual(breaks("order"), ["frozen/bought"]);
  assert.deepEqual(breaks("visit"), ["live/revenue"]);
  assert.deepEqual(
    eventLineage("visit", source).metrics.map((each) => [each.metric, each.byCovariateOnly]),
    [
      ["revenue", true],
      ["visits", undefined],
    ],
  );
  assert.deepEqual(eventLineage("nothing", source), { event: "nothing", metrics: [], experiments: [] });
});
