import type { Comparison, SampleRatio } from "../../../protocols/results.ts";
import type { Decision, NoAnswer, SequentialSampleRatio } from "../../../protocols/scorecard.ts";
import type { AutomaticPause } from "../../../protocols/automatic-pause.ts";
import { pauseNext, pauseReason } from "../../../protocols/automatic-pause-words.ts";
import type { ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Metric } from "../../../protocols/metric.ts";
import { intervalOf } from "./guardrail.ts";
import { directionOf } from "./roles.ts";
import { titleIn, titleOf } from "./title.ts";

// What to do with an experiment, from what its comparisons say. The first rule that applies decides:
//   D1. Units were not dealt as planned: nothing that was measured means what it seems to (invalid).
//   D2. Every variant does harm: to the primary metric, or to a guardrail (stop).
//   D3. A variant makes the primary metric better and every guardrail holds (ship; of several, the one with the most).
//   D4. The end: it was planned for here, there is no hope, or no variant can matter (stop).
//   D5. Otherwise, what is missing is said, and when it is to be expected (keep waiting); of an experiment that Weir paused
//       by itself, what a person is to do.

export interface Evidence {
  readonly plan: ResolvedPlan;
  readonly primary: Metric;
  readonly metrics: readonly Metric[];
  readonly comparisons: readonly Comparison[];
  readonly sampleRatio: SampleRatio;
  readonly sequentialSampleRatio: SequentialSampleRatio | NoAnswer;
  readonly isOver: boolean;
  readonly expected: Decision["expected"];
  /** Why it stands still, where Weir paused it by itself. */
  readonly pause?: AutomaticPause | undefined;
}

/** Below this the experiment is not to be trusted: 0.01 is shown, 0.001 acts. */
export const invalidBelow = 0.001;
const shownBelow = 0.01;

export function decide(evidence: Evidence): Decision {
  if (evidence.comparisons.length === 0) return nothingToCompare;
  return invalid(evidence) ?? harmful(evidence) ?? winner(evidence) ?? ended(evidence) ?? waiting(evidence);
}

const nothingToCompare: Decision = {
  kind: "keep_waiting",
  code: "nothing_to_compare",
  reason: "There is one variant only, so there is nothing to compare.",
  wouldChange: ["A second variant."],
};

function invalid({ sampleRatio, sequentialSampleRatio, isOver }: Evidence): Decision | undefined {
  const isOff =
    (sequentialSampleRatio.kind === "tested" && sequentialSampleRatio.mismatch) ||
    // Units where there can be none.
    (sampleRatio.kind === "tested" && sampleRatio.mismatch && sampleRatio.pValue >= shownBelow) ||
    // A chi-square test looks once: it decides when the experiment is over.
    (isOver && sampleRatio.kind === "tested" && sampleRatio.pValue < invalidBelow);
  if (!isOff) return undefined;
  return {
    kind: "invalid",
    code: "sample_ratio_mismatch",
    reason:
      "The variants do not have the sizes they were given: some units are missing from one of them, and those that are missing are seldom like the others. No effect can be trusted.",
    wouldChange: [
      "Find out where units are lost: a redirect, a crash, a bot filter or an exposure that is logged later in one variant than in another.",
      "Then start a new phase, which counts from the beginning.",
    ],
  };
}

/** A variant is out when it harms. */
const harmOf = (comparisons: readonly Comparison[]): Comparison | undefined =>
  comparisons.find(
    ({ finding }) =>
      (finding?.role === "primary" && finding.verdict === "worse") ||
      finding?.guardrail?.kind === "violated" ||
      finding?.breach !== undefined,
  );

function harmful(evidence: Evidence): Decision | undefined {
  const { comparisons } = evidence;
  const harms = byVariant(comparisons).map(([, own]) => harmOf(own));
  const [first] = harms;
  if (first === undefined || harms.includes(undefined)) return undefined;
  const isGuardrail = first.finding?.role === "guardrail" || first.finding?.breach !== undefined;
  return {
    kind: "stop",
    code: isGuardrail ? "guardrail_violated" : "harmful",
    reason: isGuardrail
      ? `${first.variant} makes the guardrail ${titleIn(evidence.metrics, first.metric)} worse, ${first.finding?.breach === undefined ? "perhaps " : ""}by more than is accepted.`
      : `${first.variant} makes ${titleIn(evidence.metrics, first.metric)} worse than the control does.`,
    wouldChange: [
      "Nothing that further waiting brings: the harm is shown. Change the variant and start anew.",
    ],
  };
}

function winner(evidence: Evidence): Decision | undefined {
  const { comparisons, primary } = evidence;
  const direction = directionOf(primary);
  const winners = byVariant(comparisons).flatMap(([, own]) => {
    const best = own.find(({ finding }) => finding?.role === "primary" && finding.verdict === "better");
    const isSafe =
      own.every(({ finding }) => finding?.breach === undefined) &&
      guardrailsOf(own).every(({ finding }) => finding?.guardrail?.kind === "holds");
    return best !== undefined && isSafe ? [best] : [];
  });
  const [best] = winners.sort((a, b) => direction * (differenceOf(b) - differenceOf(a)));
  if (best === undefined) return undefined;
  return {
    kind: "ship",
    code: "primary_better",
    variant: best.variant,
    reason: `${best.variant} makes ${titleIn(evidence.metrics, best.metric)} better than the control does${safetyText(comparisons)}.`,
    wouldChange: ["A sample ratio mismatch, or a guardrail that does not hold."],
  };
}

function ended({ comparisons, plan, primary, isOver }: Evidence): Decision | undefined {
  const primaries = comparisons.filter(({ finding }) => finding?.role === "primary");
  const states = primaries.map(({ finding }) => finding?.monitored);
  if (primaries.length > 0 && primaries.every((each) => cannotMatter(each, plan)))
    return {
      kind: "stop",
      code: "no_worthwhile_effect",
      reason: `Whatever effect there is on ${titleOf(primary)}, it is smaller than the ${percent(plan.minimumEffect)} that was said to be worth finding.`,
      wouldChange: ["A smaller minimum effect in the plan."],
    };
  if (
    states.length > 0 &&
    states.every((each) => each?.kind === "group_sequential" && each.state === "futility")
  )
    return {
      kind: "stop",
      code: "futile",
      reason: "At the last planned look, the effect that was planned for had become too unlikely.",
      wouldChange: ["Nothing within this plan: its futility bound was crossed."],
    };
  const isDone = states.some(
    (each) =>
      (each?.kind === "group_sequential" && each.state === "ended") ||
      (each?.kind === "fixed" && each.isFinal),
  );
  if (!isDone && !isOver) return undefined;
  return {
    kind: "stop",
    code: "no_difference_found",
    reason: `The experiment is at its end, and no variant was shown to make ${titleOf(primary)} better${guardrailsOf(comparisons).length === 0 ? "" : " while every guardrail holds"}.`,
    wouldChange: ["Another experiment with more units, or with less noise."],
  };
}

/** The whole interval lies within the smallest change that is worth finding, in both directions. */
function cannotMatter({ finding, meanControl }: Comparison, plan: ResolvedPlan): boolean {
  const interval = finding === undefined ? undefined : intervalOf(finding.monitored);
  if (interval === undefined || meanControl === undefined || meanControl === 0) return false;
  const reach = plan.minimumEffect * Math.abs(meanControl);
  return interval[0] > -reach && interval[1] < reach;
}

function waiting(evidence: Evidence): Decision {
  const { comparisons, primary, expected, pause } = evidence;
  if (pause !== undefined) {
    const reason = pauseReason(pause, (metric) => titleIn(evidence.metrics, metric));
    return {
      kind: "keep_waiting",
      code: "paused_automatically",
      reason: `Weir paused the experiment by itself, since ${reason}. Nobody is assigned meanwhile; what happened before goes on being counted.`,
      wouldChange: pauseNext(pause),
    };
  }
  const better = comparisons.find(
    ({ finding }) => finding?.role === "primary" && finding.verdict === "better",
  );
  const open = comparisons.find(
    ({ variant, finding }) =>
      variant === better?.variant && finding?.role === "guardrail" && finding.guardrail?.kind !== "holds",
  );
  const isGuardrail = better !== undefined && open !== undefined;
  return {
    kind: "keep_waiting",
    code: isGuardrail ? "guardrail_undecided" : "primary_undecided",
    reason: isGuardrail
      ? `${better.variant} makes ${titleOf(primary)} better, but it is not shown yet that the guardrail ${titleIn(evidence.metrics, open.metric)} holds.`
      : `The effect on ${titleOf(primary)} is not shown yet, in either direction.`,
    wouldChange: isGuardrail
      ? [
          `The interval of ${titleIn(evidence.metrics, open.metric)} leaves the margin on one side, or stays within it.`,
        ]
      : [`The interval of ${titleOf(primary)} leaves 0, or becomes too narrow for any effect worth finding.`],
    ...(expected === undefined ? {} : { expected }),
  };
}

function byVariant(comparisons: readonly Comparison[]): [string, Comparison[]][] {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    const group = groups.get(comparison.variant);
    if (group === undefined) groups.set(comparison.variant, [comparison]);
    else group.push(comparison);
  }
  return [...groups];
}

const safetyText = (comparisons: readonly Comparison[]): string =>
  guardrailsOf(comparisons).length === 0 ? ", and it has no guardrails" : ", and every guardrail holds";

const guardrailsOf = (comparisons: readonly Comparison[]): Comparison[] =>
  comparisons.filter(({ finding }) => finding?.role === "guardrail");

function differenceOf({ estimate, finding }: Comparison): number {
  if (finding?.reduced?.kind === "reduced") return finding.reduced.difference;
  return estimate.kind === "estimated" ? estimate.difference : 0;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
