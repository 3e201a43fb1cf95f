import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AnalyseRequest } from "../../../protocols/analytics-messages.ts";
import { planned, startedAt } from "../testing/planned.ts";
import { analyse } from "./scorecard.ts";

const decisionOf = (request: AnalyseRequest) => {
  const { scorecard } = analyse(request);
  assert.ok(scorecard !== undefined);
  return scorecard.decision;
};
const control = { units: 20_000, buys: 2_000, errors: 200 };

describe("a decision under an always-valid plan", () => {
  test("ships a variant whose primary metric is better while every guardrail holds", () => {
    const decision = decisionOf(
      planned({
        analysis: { guardrailMargin: 0.5 },
        control,
        variants: { new: { units: 20_000, buys: 2_400, errors: 190 } },
      }),
    );
    assert.deepEqual([decision.kind, decision.code, decision.variant], ["ship", "primary_better", "new"]);
  });

  test("of several takes the one with the most", () => {
    const variants = {
      green: { units: 20_000, buys: 2_400, errors: 190 },
      blue: { units: 20_000, buys: 2_600, errors: 190 },
    };
    const decision = decisionOf(planned({ analysis: { guardrailMargin: 0.5 }, control, variants }));
    assert.deepEqual([decision.kind, decision.variant], ["ship", "blue"]);
  });

  test("waits for a guardrail that is not shown to hold, and names it", () => {
    const variants = { new: { units: 20_000, buys: 2_400, errors: 205 } };
    const decision = decisionOf(planned({ control, variants }));
    assert.deepEqual([decision.kind, decision.code], ["keep_waiting", "guardrail_undecided"]);
    assert.match(decision.reason, /errors/);
  });

  test("stops for harm to the primary metric, and for a violated guardrail", () => {
    const harmful = decisionOf(
      planned({ control, variants: { new: { units: 20_000, buys: 1_600, errors: 200 } } }),
    );
    assert.deepEqual([harmful.kind, harmful.code], ["stop", "harmful"]);
    const errors = decisionOf(
      planned({ control, variants: { new: { units: 20_000, buys: 2_400, errors: 400 } } }),
    );
    assert.deepEqual([errors.kind, errors.code], ["stop", "guardrail_violated"]);
  });

  test("sizes after a change of weights within the phase are held against no split, and nothing is invalid", () => {
    const request = planned({ control, variants: { new: { units: 10_000, buys: 1_200, errors: 100 } } });
    assert.equal(decisionOf(request).kind, "invalid");
    const { experiment } = request.definition;
    const ranges = [
      { from: 0, to: 5_000, variant: 0 },
      { from: 5_000, to: 10_000, variant: 1 },
    ];
    const reweighted = { ...request.definition, experiment: { ...experiment, ranges } };
    const { sampleRatio, scorecard } = analyse({ ...request, definition: reweighted });
    assert.equal(sampleRatio.kind, "weights_changed");
    assert.equal(scorecard?.sequentialSampleRatio.kind, "no_answer");
    assert.notEqual(scorecard?.decision.kind, "invalid");
  });

  test("stops when no effect that matters is left", () => {
    const many = { units: 4_000_000, buys: 400_000, errors: 40_000 };
    const decision = decisionOf(
      planned({ analysis: { minimumEffect: 0.05 }, control: many, variants: { new: many } }),
    );
    assert.deepEqual([decision.kind, decision.code], ["stop", "no_worthwhile_effect"]);
  });

  test("says when an answer is to be expected, from the rate so far", () => {
    const decision = decisionOf(
      planned({ control, variants: { new: { units: 20_000, buys: 2_060, errors: 200 } } }),
    );
    assert.equal(decision.kind, "keep_waiting");
    assert.equal(decision.expected?.basis, "observed_effect");
    assert.ok((decision.expected?.units ?? 0) > 40_000);
    assert.ok((decision.expected?.days ?? 0) > 1);
    const little = decisionOf(
      planned({ control, variants: { new: { units: 20_000, buys: 2_001, errors: 200 } } }),
    );
    assert.equal(little.expected?.basis, "minimum_effect");
  });

  test("is invalid with a sample ratio mismatch, whatever else was found", () => {
    const request = planned({ control, variants: { new: { units: 16_000, buys: 2_400, errors: 100 } } });
    assert.deepEqual(
      [decisionOf(request).kind, decisionOf(request).code],
      ["invalid", "sample_ratio_mismatch"],
    );
  });

  test("once seen, a mismatch is not unseen by units that come later", () => {
    const off = planned({ control, variants: { new: { units: 16_000 } } });
    const { monitor } = analyse(off);
    const even = planned({ control, variants: { new: { units: 20_000 } } });
    assert.equal(decisionOf({ ...even, monitor }).kind, "invalid");
    assert.notEqual(decisionOf(even).kind, "invalid");
  });

  test("what is said is what holds now; the least p and the common part of all intervals are kept beside", () => {
    const strong = planned({ control, variants: { new: { units: 20_000, buys: 2_400, errors: 200 } } });
    const { monitor } = analyse(strong);
    const weak = planned({ control, variants: { new: { units: 20_000, buys: 2_200, errors: 200 } } });
    const [now] = analyse({ ...weak, monitor }).comparisons;
    const alone = analyse(weak).comparisons[0]?.finding?.monitored;
    const monitored = now?.finding?.monitored;
    assert.ok(monitored?.kind === "always_valid" && alone?.kind === "always_valid");
    assert.ok(monitored.runningPValue < alone.pValue);
    assert.ok((monitored.runningInterval?.[0] ?? 0) > alone.interval[0]);
    assert.equal(monitored.looks, 2);
    assert.deepEqual(monitored.interval, alone.interval);
    assert.equal(now?.finding?.adjusted?.pValue, alone.pValue);
  });

  test("people's names of metrics stand in its sentences, keys where there are none", () => {
    const request = planned({ control, variants: { new: { units: 20_000, buys: 2_010, errors: 200 } } });
    const metrics = request.definition.metrics.map((metric) =>
      metric.key === "bought" ? { ...metric, name: "Bought something" } : metric,
    );
    const { scorecard, comparisons } = analyse({
      ...request,
      definition: { ...request.definition, metrics },
    });
    assert.match(scorecard?.decision.reason ?? "", /^The effect on “Bought something” is not shown yet/);
    assert.match(comparisons[0]?.finding?.sentence ?? "", /on “Bought something” is shown/);
    assert.match(comparisons[2]?.finding?.sentence ?? "", /errors/);
  });

  test("a change of the plan begins anew", () => {
    const request = planned({ control, variants: { new: { units: 20_000, buys: 2_400 } } });
    const { monitor } = analyse(request);
    const plans = [1, 2].map((version) => ({
      version,
      phase: 1,
      at: startedAt,
      by: "x",
      analysis: { alpha: 0.05 },
    }));
    const definition = {
      ...request.definition,
      experiment: { ...request.definition.experiment, plans },
    } as AnalyseRequest["definition"];
    const analysis = analyse({ ...request, definition, monitor });
    assert.equal(analysis.monitor?.planVersion, 2);
    const [first] = analysis.comparisons;
    assert.ok(first?.finding?.monitored.kind === "always_valid");
    assert.equal(first.finding.monitored.looks, 1);
    assert.ok(analysis.scorecard?.summary.some((sentence) => sentence.includes("plan was changed once")));
  });
});

describe("a decision under a group sequential plan", () => {
  const analysis = { monitoring: { kind: "group_sequential", units: 40_000, looks: 4 } };
  const look = (units: number, buys: readonly [number, number], monitor?: AnalyseRequest["monitor"]) => {
    const request = planned({
      analysis: { ...analysis, guardrailMargin: 1 },
      control: { units, buys: buys[0], errors: 200 },
      variants: { new: { units, buys: buys[1], errors: 180 } },
    });
    return analyse({ ...request, monitor });
  };
  const stateOf = (analysis: ReturnType<typeof analyse>) => {
    const monitored = analysis.comparisons[0]?.finding?.monitored;
    assert.ok(monitored?.kind === "group_sequential");
    return monitored;
  };

  test("says nothing before the first look, and when that is", () => {
    const first = stateOf(look(2_000, [200, 300]));
    assert.deepEqual([first.state, first.look, first.nextUnits], ["waiting", 0, 10_000]);
  });

  test("takes each look once: what comes between changes nothing", () => {
    const at = look(5_000, [500, 520]);
    const later = look(7_000, [700, 1_200], at.monitor);
    assert.equal(stateOf(later).look, 1);
    assert.equal(stateOf(later).statistic, stateOf(at).statistic);
    assert.equal(later.monitor?.plannedLooks.length, 1);
  });

  test("ships at the look whose boundary is crossed, and holds to it", () => {
    const first = look(5_000, [500, 700]);
    assert.equal(stateOf(first).state, "efficacy");
    assert.equal(first.scorecard?.decision.kind, "ship");
    const second = look(10_000, [1_000, 1_010], first.monitor);
    assert.deepEqual([stateOf(second).state, stateOf(second).look], ["efficacy", 1]);
  });

  test("ends at the last look without a difference", () => {
    let monitor: AnalyseRequest["monitor"];
    for (const units of [5_000, 10_000, 15_000, 20_000])
      monitor = look(units, [units / 10, units / 10 + 5], monitor).monitor;
    const end = look(20_500, [2_050, 2_055], monitor);
    assert.equal(stateOf(end).state, "ended");
    assert.deepEqual(
      [end.scorecard?.decision.kind, end.scorecard?.decision.code],
      ["stop", "no_difference_found"],
    );
  });
});

describe("a decision under a fixed plan", () => {
  const analysis = { monitoring: { kind: "fixed", units: 40_000 }, guardrailMargin: 1 };
  const new_ = { buys: 2_400, errors: 190 };

  test("waits for its end, whatever is to be seen before", () => {
    const early = planned({
      analysis,
      control: { units: 10_000, buys: 1_000, errors: 100 },
      variants: { new: { units: 10_000, buys: 1_500, errors: 90 } },
    });
    const decision = decisionOf(early);
    assert.equal(decision.kind, "keep_waiting");
    assert.deepEqual([decision.expected?.units, decision.expected?.basis], [40_000, "planned_end"]);
  });

  test("decides there, or when the experiment is completed", () => {
    const end = planned({ analysis, control, variants: { new: { units: 20_000, ...new_ } } });
    assert.equal(decisionOf(end).kind, "ship");
    const stopped = planned({
      analysis,
      status: "completed",
      control: { units: 10_000, buys: 1_000, errors: 100 },
      variants: { new: { units: 10_000, buys: 1_001, errors: 100 } },
    });
    assert.equal(decisionOf(stopped).code, "no_difference_found");
  });
});
