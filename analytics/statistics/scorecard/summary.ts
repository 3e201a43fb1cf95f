import type { Metric } from "../../../protocols/metric.ts";
import { standingPause } from "../../../protocols/breach.ts";
import { pauseSentence, standingSentences } from "../../../protocols/automatic-pause-words.ts";
import type { PublishedExperiment } from "../../../protocols/experiment.ts";
import type { Comparison, ExperimentSummary, SampleRatio } from "../../../protocols/results.ts";
import type { Decision, Scorecard } from "../../../protocols/scorecard.ts";

import { titleIn } from "./title.ts";

type Health = Pick<Scorecard, "sequentialSampleRatio" | "balance" | "novelty">;

interface Known extends Health {
  readonly experiment: PublishedExperiment;
  readonly metrics: readonly Metric[];
  readonly summary: ExperimentSummary;
  readonly comparisons: readonly Comparison[];
  readonly decision: Decision;
  readonly sampleRatio: SampleRatio;
}

/** Units that saw two variants: above this share something deals them twice. */
const crossoverShareMax = 0.01;

/** What stands beside the decision, in plain words: the primary metric, what else was found, and what to be careful about. */
export function summaryOf(known: Known): string[] {
  const { comparisons } = known;
  const sentences = (role: string): string[] =>
    comparisons.flatMap(({ finding }) => (finding?.role === role ? [finding.sentence] : []));
  const secondary = comparisons.flatMap(({ finding }) =>
    finding?.role === "secondary" &&
    (finding.verdict === "better" || finding.verdict === "worse" || finding.breach !== undefined)
      ? [finding.sentence]
      : [],
  );
  return [
    ...pausedNow(known),
    ...sentences("primary"),
    ...sentences("guardrail"),
    ...secondary,
    ...pausedBefore(known),
    ...cautions(known),
  ];
}

const titles =
  ({ metrics }: Pick<Known, "metrics">) =>
  (metric: string): string =>
    titleIn(metrics, metric);

/** First of all, as long as it stands. */
function pausedNow(known: Known): readonly string[] {
  const pause = standingPause(known.experiment);
  return pause === undefined ? [] : standingSentences(pause, titles(known));
}

function pausedBefore(known: Known): string[] {
  const { phase, automaticPauses = [] } = known.experiment;
  const standing = standingPause(known.experiment);
  return automaticPauses
    .filter((pause) => pause.phase === phase && pause !== standing)
    .map((pause) => pauseSentence(pause, titles(known)));
}

function cautions({
  experiment,
  metrics,
  summary,
  comparisons,
  sampleRatio,
  balance = [],
  novelty = [],
  decision,
}: Known): string[] {
  const found: string[] = [];
  if (decision.kind !== "invalid" && sampleRatio.kind === "tested" && sampleRatio.mismatch)
    found.push(
      "The variants' sizes look odd (sample ratio p below 0.01); look again before you trust an effect.",
    );
  const units = summary.variants.reduce((sum, each) => sum + each.units, 0);
  if (summary.crossovers > crossoverShareMax * (units + summary.crossovers))
    found.push(`${summary.crossovers} units saw two variants and count in none.`);
  for (const { variant, metric, finding } of comparisons)
    if (finding?.monitored.kind === "always_valid" && finding.monitored.runningInterval === undefined)
      found.push(
        `The effect of ${variant} on ${titleIn(metrics, metric)} has changed since the start: its earlier intervals and this one have nothing in common. Outcomes that follow their exposures late do that, and so does a change of the product.`,
      );
  for (const { metric, variant, imbalanced } of balance)
    if (imbalanced)
      found.push(
        `${variant} differed from control in ${titleIn(metrics, metric)} before the experiment began.`,
      );
  for (const { metric, variant, slopePerDay, pValue } of novelty)
    if (pValue < 0.01)
      found.push(
        `The effect of ${variant} on ${titleIn(metrics, metric)} ${slopePerDay > 0 ? "rises" : "falls"} from day to day of first exposure: it may be new rather than good, or need time.`,
      );
  const changes = (experiment.plans ?? []).filter(
    ({ phase }, index, plans) => phase === experiment.phase && plans[index - 1]?.phase === phase,
  );
  if (changes.length > 0)
    found.push(
      `The analysis plan was changed ${changes.length === 1 ? "once" : `${changes.length} times`} after the start.`,
    );
  return found;
}
