import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { planned, type Group } from "../../analytics/statistics/testing/planned.ts";
import type { AutomaticPause } from "../../protocols/automatic-pause.ts";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { PartialSums } from "../../protocols/results.ts";
import { areOfOnePhase, breachedLook } from "./breaches.ts";

const control: Group = { units: 20_000, buys: 4_000, errors: 2_000 };
const harmed: Group = { ...control, errors: 2_600 };
const guardrail = { maxRelativeChange: 0.1, action: "pause" } as const;

interface Changed {
  readonly experiment?: Partial<PublishedExperiment>;
  /** Of the metric `errors`, or another. */
  readonly metric?: string;
  readonly guardrail?: { readonly maxRelativeChange: number; readonly action: "pause" | "alert" } | undefined;
}

/** An experiment whose errors have a guardrail that pauses, unless it is said otherwise. */
function lookAt(variant: Group, analysis: Record<string, unknown> = {}, changed: Changed = {}) {
  const request = planned({ control, variants: { new: variant }, analysis });
  const { experiment: members = {}, metric: key = "errors" } = changed;
  const own = "guardrail" in changed ? changed.guardrail : guardrail;
  const definition: AnalyseRequest["definition"] = {
    experiment: { ...request.definition.experiment, ...members },
    metrics: request.definition.metrics.map((metric) =>
      metric.key === key && own !== undefined ? { ...metric, guardrail: own } : metric,
    ),
  };
  const found = analyse({ ...request, definition });
  return { found, breached: breachedLook(definition, found) };
}
const placesOf = (...args: Parameters<typeof lookAt>) =>
  lookAt(...args).breached?.breaches.map((breach) =>
    breach.kind === "guardrail" ? `${breach.variant}/${breach.metric}` : breach.kind,
  );

describe("an experiment is paused", () => {
  test("for harm whose bound is beyond what is accepted, with the figures", () => {
    const { breached } = lookAt(harmed);
    const [breach] = breached?.breaches ?? [];
    assert.ok(breach?.kind === "guardrail");
    assert.deepEqual([breached?.phase, breached?.planVersion, breach.limit], [1, 1, 0.1]);
    assert.ok(Math.abs(breach.estimate - 0.3) < 1e-9);
    assert.ok(breach.bound > 0.1 && breach.bound < 0.3, `${breach.bound}`);
  });

  test("for a metric that should rise, when even its best end is too low", () => {
    const [breach] = lookAt({ ...control, buys: 3_000 }, {}, { metric: "bought" }).breached?.breaches ?? [];
    assert.ok(breach?.kind === "guardrail" && breach.bound < -0.1 && breach.bound > -0.25);
  });

  test("for a sample ratio mismatch, which may be looked at any time", () => {
    assert.deepEqual(placesOf({ ...control, units: 18_000 }), ["sample_ratio"]);
  });

  test("for all that was found at once, in an order of their own", () => {
    assert.deepEqual(placesOf({ ...harmed, units: 18_000 }), ["new/errors", "sample_ratio"]);
  });

  test("by an always-valid bound also where the plan looks at planned times only", () => {
    for (const monitoring of [{ kind: "fixed" }, { kind: "group_sequential", units: 400_000 }])
      assert.deepEqual(placesOf(harmed, { monitoring }), ["new/errors"]);
  });
});

describe("an experiment is not paused", () => {
  test("for harm that is shown, while it may be within what is accepted", () => {
    const { found, breached } = lookAt({ ...control, errors: 2_260 });
    const errors = found.comparisons.find(({ metric }) => metric === "errors");
    assert.deepEqual([errors?.finding?.guardrail?.kind, breached], ["violated", undefined]);
  });

  test("for what is not decided, or has too few units", () => {
    assert.equal(placesOf(control), undefined);
    assert.equal(placesOf({ units: 19, buys: 1, errors: 19 }, { sampleRatioAction: "alert" }), undefined);
  });

  test("by a guardrail that only alerts, which still says that it is breached", () => {
    const alerting = { guardrail: { ...guardrail, action: "alert" } } as const;
    const { found, breached } = lookAt(harmed, {}, alerting);
    const errors = found.comparisons.find(({ metric }) => metric === "errors");
    assert.deepEqual([errors?.finding?.breach?.action, breached], ["alert", undefined]);
    assert.match(errors?.finding?.sentence ?? "", /Its guardrail is breached/);
    assert.equal(lookAt(harmed, {}, { guardrail: undefined }).breached, undefined);
  });

  test("for a sample ratio that its plan only reports, or after weights were changed", () => {
    const fewer = { ...control, units: 18_000 };
    assert.equal(placesOf(fewer, { sampleRatioAction: "alert" }), undefined);
    const ranges = [{ from: 0, to: 10_000, variant: 0 }];
    assert.equal(placesOf(fewer, {}, { experiment: { ranges } }), undefined);
  });

  test("unless it runs", () => {
    for (const status of ["paused", "completed"] as const)
      assert.equal(placesOf(harmed, {}, { experiment: { status } }), undefined);
  });

  test("for what paused this phase before, but for the same in another phase", () => {
    const pause = (phase: number) =>
      ({
        at: 1 as AutomaticPause["at"],
        phase,
        planVersion: 1,
        units: 1,
        breaches: lookAt(harmed).breached?.breaches ?? [],
      }) as AutomaticPause;
    assert.equal(placesOf(harmed, {}, { experiment: { automaticPauses: [pause(1)] } }), undefined);
    assert.deepEqual(placesOf(harmed, {}, { experiment: { phase: 2, automaticPauses: [pause(1)] } }), [
      "new/errors",
    ]);
  });

  test("by sums of two phases", () => {
    const of = (phase: number) => ({ definition: { experiment: { phase } } }) as unknown as PartialSums;
    assert.deepEqual([areOfOnePhase([of(1), of(1)]), areOfOnePhase([of(1), of(2)])], [true, false]);
  });
});

test("a decision says that it was paused and what to do; the summary begins with it", () => {
  const { breached } = lookAt(harmed);
  assert.ok(breached !== undefined);
  const automaticPauses: AutomaticPause[] = [
    {
      at: 1_700_000_000_000 as AutomaticPause["at"],
      units: 40_000,
      ...breached,
      breaches: [...breached.breaches],
    },
  ];
  const { found } = lookAt(
    { ...control, errors: 2_260 },
    {},
    { experiment: { status: "paused", automaticPauses } },
  );
  assert.equal(found.scorecard?.decision.code, "guardrail_violated");
  assert.match(
    found.scorecard?.summary[0] ?? "",
    /^Paused automatically 2023-11-14 .* since new changes errors/,
  );
  const { found: even } = lookAt(control, {}, { experiment: { status: "paused", automaticPauses } });
  assert.equal(even.scorecard?.decision.code, "paused_automatically");
  assert.match(even.scorecard?.decision.wouldChange.at(-1) ?? "", /^Or resume: that accepts/);
});
