import assert from "node:assert/strict";
import { test } from "node:test";
import { AnalysisPlan } from "../../protocols/analysis-plan.ts";
import { planFacts } from "./plan.ts";

const factsOf = (plan: unknown): Record<string, string> =>
  Object.fromEntries(planFacts(AnalysisPlan.parse(plan)));

test("a plan that says nothing is told with what holds then", () => {
  assert.deepEqual(factsOf({}), {
    Looks: "at any time, as often as one likes",
    "Wrong at most": "5% of the time, two-sided; Holm over many",
    "Worth finding": "2%, with a chance of 80%",
    "Variance reduction": "by covariates, where metrics have them",
  });
});

test("planned looks, a single look and other choices are told as they were written", () => {
  const sequential = factsOf({
    alpha: 0.01,
    monitoring: { kind: "group_sequential", units: 20_000, looks: [0.25, 0.5, 1], spending: "pocock" },
    correction: "benjamini_hochberg",
    cuped: false,
    stratifyBy: "country",
  });
  assert.equal(sequential["Looks"], "3 planned, up to 20,000 people, Pocock");
  assert.equal(sequential["Wrong at most"], "1% of the time, two-sided; Benjamini-Hochberg over many");
  assert.equal(sequential["Variance reduction"], "none; within each country");
  assert.equal(factsOf({ monitoring: { kind: "fixed" } })["Looks"], "once, at the end");
  assert.equal(factsOf({ monitoring: { kind: "fixed", units: 5_000 } })["Looks"], "once, at 5,000 people");
});
