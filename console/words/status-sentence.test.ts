import assert from "node:assert/strict";
import { test } from "node:test";
import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import { comparisonOf, experimentNamed, resultOf } from "../testing/fixtures.ts";
import { sampleRatioText, statusOf } from "./status-sentence.ts";

const experiment = experimentNamed("checkout-copy", "running");

test("a draft and an experiment without people are idle, not unclear", () => {
  assert.equal(statusOf(experimentNamed("x", "draft"), undefined).word, "Not started");
  assert.equal(statusOf(experiment, undefined).word, "No data yet");
});

test("a sample ratio mismatch holds every verdict", () => {
  const result = resultOf(experiment, { mismatch: true });
  assert.equal(statusOf(experiment, result).standing, "hold");
});

test("a guardrail in harm outranks a gain of the primary metric", () => {
  const healthy = resultOf(experiment, {});
  assert.equal(statusOf(experiment, healthy).standing, "gain");
  const comparisons = healthy.analysis.comparisons.map((one) =>
    one.metric === "page_latency" ? comparisonOf(one.variant, one.metric, [0.02, 0.08]) : one,
  );
  const harmed = { ...healthy, analysis: { ...healthy.analysis, comparisons } };
  const status = statusOf(experiment, harmed);
  assert.equal(status.standing, "harm");
  assert.match(status.sentence, /guardrail Page latency/);
});

test("the sentence names the variant, the metric and the range", () => {
  assert.match(
    statusOf(experiment, resultOf(experiment, {})).sentence,
    /^short does better than control: Conversion is up [\d.]+% \(between \+[\d.]+% and \+[\d.]+%\)\.$/,
  );
});

test("an interval over zero is said as a range, never as a zero effect", () => {
  const result = resultOf(experiment, {});
  const comparisons = result.analysis.comparisons.map((one) =>
    comparisonOf(one.variant, one.metric, [-0.01, 0.02]),
  );
  const unclear = { ...result, analysis: { ...result.analysis, comparisons } };
  assert.match(statusOf(experiment, unclear).sentence, /^Too early to say: .*anything between −.* and \+/);
  assert.equal(statusOf({ ...experiment, status: "completed" }, unclear).word, "No difference shown");
});

test("a pause by Weir outranks every verdict, says why and what to do, and ends with a resume", () => {
  const pause = {
    at: 1 as never,
    phase: 1,
    planVersion: 1,
    units: 4_000,
    breaches: [
      {
        kind: "guardrail",
        variant: "short" as never,
        metric: "page_latency" as never,
        estimate: 0.12,
        bound: 0.06,
        limit: 0.02,
      },
    ],
  } satisfies AutomaticPause;
  const withPauses = (automaticPauses: AutomaticPause[], state: "paused" | "running") => {
    const result = resultOf(experiment, {});
    const paused = { ...result.definition.experiment, status: state, automaticPauses };
    return { ...result, definition: { ...result.definition, experiment: paused } };
  };
  const status = statusOf(experiment, withPauses([pause], "paused"));
  assert.deepEqual([status.standing, status.word], ["harm", "Paused by Weir"]);
  assert.match(status.sentence, /since short changes Page latency by about \+12.*resume: that accepts/);
  const resumed = { ...pause, resumed: { at: 2 as never, by: "ana" } };
  assert.equal(statusOf(experiment, withPauses([resumed], "running")).standing, "gain");
});

test("the split's health reads as a line", () => {
  assert.equal(sampleRatioText({ kind: "one_variant" }), "One variant: no split to check.");
});
