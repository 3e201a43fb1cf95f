import type { Breakdown } from "../../../protocols/breakdown.ts";
import type { TimelinePoint } from "../../../protocols/monitor.ts";
import type {
  Part,
  Report,
  ReportDay,
  ReportHealth,
  ReportProvenance,
  ReportQuery,
} from "../../../protocols/report.ts";
import type { ExperimentResult } from "../../../protocols/results.ts";
import { headlineOf } from "./headline.ts";
import { plansOf } from "./plans.ts";
import { reportRows } from "./rows.ts";

export interface ReportSources {
  readonly result: ExperimentResult;
  readonly timeline: Part<readonly TimelinePoint[]>;
  readonly breakdowns: Part<readonly Breakdown[]>;
  readonly distributions: Report["distributions"];
  readonly depth?: Report["depth"];
  readonly queries: Part<readonly ReportQuery[]>;
  readonly positions: ReportProvenance["positions"];
  /** When the report is made, epoch ms. */
  readonly at: number;
}

export const present = <Value>(value: Value): Part<Value> => ({ kind: "present", value });
export const absent = (reason: string): Part<never> => ({ kind: "absent", reason });

/** Everything a report says, from what the parts of Weir answered. */
export function reportOf(sources: ReportSources): Report {
  const { result, timeline, breakdowns, distributions, depth, queries, positions, at } = sources;
  const { definition, analysis, summary } = result;
  const { experiment, metrics } = definition;
  const { scorecard } = analysis;
  const plans = scorecard?.plans ?? experiment.plans;
  const unitsOf = (key: string): number =>
    summary.variants.find(({ variant }) => variant === key)?.units ?? 0;
  return {
    environment: result.environment,
    experiment: experiment.key,
    title: experiment.name ?? experiment.key,
    ...(experiment.hypothesis === undefined ? {} : { hypothesis: experiment.hypothesis }),
    status: experiment.status,
    phase: experiment.phase,
    ...(experiment.startedAt === undefined ? {} : { startedAt: experiment.startedAt }),
    alpha: analysis.alpha,
    control: experiment.control,
    variants: experiment.variants.map(({ key, weight }) => ({ key, weight, units: unitsOf(key) })),
    headline: headlineOf(scorecard?.decision),
    ...(scorecard === undefined ? {} : { decision: scorecard.decision }),
    ...(experiment.automaticPauses === undefined ? {} : { automaticPauses: experiment.automaticPauses }),
    summary: scorecard?.summary ?? [],
    health: healthOf(result, at),
    rows: reportRows(result),
    timeline: phaseOf(timeline, experiment.phase),
    distributions,
    days: daysOf(result),
    breakdowns,
    ...(depth === undefined ? {} : { depth }),
    novelty:
      scorecard?.novelty === undefined || scorecard.novelty.length === 0
        ? absent("it needs units of several days, and a scorecard")
        : present(scorecard.novelty),
    plans:
      plans === undefined || plans.length === 0
        ? absent("the experiment started before plans were kept")
        : present(plansOf(plans)),
    metrics,
    queries,
    provenance: {
      source: result.source,
      at: result.at,
      revision: result.revision,
      ...(result.newestEventTs === undefined ? {} : { newestEventTs: result.newestEventTs }),
      ...(result.newestAt === undefined ? {} : { newestAt: result.newestAt }),
      positions,
    },
  };
}

function healthOf(
  { analysis, summary, audit, events, newestAt }: ExperimentResult,
  at: number,
): ReportHealth {
  const { scorecard, sampleRatio } = analysis;
  return {
    sampleRatio,
    sequentialSampleRatio: scorecard?.sequentialSampleRatio ?? {
      kind: "no_answer",
      code: "no_scorecard",
      reason: "this result was made without sequential monitoring",
    },
    crossovers: summary.crossovers,
    optedOut: summary.optedOut ?? 0,
    bots: summary.bots ?? 0,
    ...(newestAt === undefined ? {} : { ageMs: Math.max(0, at - newestAt) }),
    events: events === undefined ? absent("nobody has looked yet, or it does not run") : present(events),
    audit: audit === undefined ? absent("the self-audit has not looked at it yet") : present(audit),
    balance:
      scorecard?.balance === undefined || scorecard.balance.length === 0
        ? absent("no metric has values from before the experiment")
        : present(scorecard.balance),
  };
}

function phaseOf(timeline: Part<readonly TimelinePoint[]>, phase: number): Report["timeline"] {
  if (timeline.kind === "absent") return timeline;
  const points = timeline.value.filter((point) => point.phase === phase);
  return points.length === 0 ? absent("nothing was looked at in this phase yet") : present(points);
}

function daysOf({ summary }: ExperimentResult): Part<readonly ReportDay[]> {
  if (summary.days === undefined) return absent("the result was asked for without days");
  const days = summary.days.map(({ day, variants }) => ({
    day,
    units: Object.fromEntries(variants.map(({ variant, units }) => [variant, units])),
  }));
  return days.length === 0 ? absent("no unit has come yet") : present(days);
}
