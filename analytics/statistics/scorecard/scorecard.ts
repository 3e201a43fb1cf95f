import { resolvedPlan, type ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { AnalyseRequest } from "../../../protocols/analytics-messages.ts";
import { assert } from "../../../protocols/assert.ts";
import { standingPause } from "../../../protocols/breach.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type { Analysis, Comparison } from "../../../protocols/results.ts";
import type { Finding, Monitor, MonitoredCell } from "../../../protocols/scorecard.ts";
import { sampleRatio } from "../health/srm.ts";
import type { Answer } from "./answer.ts";
import { balanceOf } from "./balance.ts";
import { breachOf } from "./breach.ts";
import { besides, cellOf, isSilent, monitored, type Cell } from "./cell.ts";
import { decide } from "./decide.ts";
import { expectedDecision } from "./expected-decision.ts";
import { adjustedIn, familyOf, familySize } from "./families.ts";
import { looksTaken } from "./looks-taken.ts";
import { memoryOf } from "./memory.ts";
import { noveltyOf } from "./novelty.ts";
import { directionOf, roleOf } from "./roles.ts";
import { sequentialRatio, weightsChanged } from "./sequential-ratio.ts";
import { summaryOf } from "./summary.ts";
import { verdictOf } from "./verdict.ts";
import { sentenceOf } from "./words.ts";

/**
 * Everything an experiment's sums can say at this moment: each variant against control by each metric, what of it may be
 * concluded under the plan, the health of the data, and what to do. Pure: the same sums and the same earlier looks say the
 * same, and what is to be remembered of this look is part of the answer.
 */
export function analyse({ definition, summary, monitor, at, rows, takesLooks }: AnalyseRequest): Analysis {
  const { experiment } = definition;
  const plan = resolvedPlan(experiment.analysis);
  const isOver = experiment.status === "completed" || experiment.status === "archived";
  const units = summary.variants.reduce((sum, each) => sum + each.units, 0);
  const cells = cellsOf({ definition, summary, rows }, plan);
  const answers = answersOf(cells);
  const known = memoryOf(definition, monitor);
  const { monitoring } = plan;
  const plannedLooks =
    monitoring.kind === "group_sequential" && takesLooks === true && at !== undefined && !isOver
      ? looksTaken(monitoring, known.plannedLooks, { units, at, answers })
      : known.plannedLooks;
  const earlier = { ...known, plannedLooks };
  const said = cells.map((cell) => {
    const split = monitoring.kind === "group_sequential" ? familySize(cell, cells, plan) : 1;
    return monitored(cell, { alpha: plan.alpha / split, units, isOver, earlier }, plan);
  });
  const adjusted = adjustedIn(cells, said, plan);
  const comparisons = cells.map((cell, index): Comparison => {
    const own = said[index];
    assert(own !== undefined, "each cell said something");
    return { ...cell.comparison, finding: findingOf(cell, own.monitored, adjusted.get(cell.name), plan) };
  });
  const arms = experiment.variants.map(({ key, weight }) => ({
    variant: key,
    weight,
    units: summary.variants.find(({ variant }) => variant === key)?.units ?? 0,
  }));
  const isReweighted = experiment.ranges !== undefined;
  const ratio = isReweighted ? ({ kind: "weights_changed" } as const) : sampleRatio(arms);
  const ratioNow = isReweighted ? weightsChanged : sequentialRatio(arms, known.sampleRatioP);
  const primary = definition.metrics.find(({ key }) => key === experiment.metrics.primary);
  const balance = balanceOf(experiment.control, summary);
  const novelty = noveltyOf(definition, summary);
  const decision =
    primary === undefined
      ? undefined
      : decide({
          plan,
          primary,
          metrics: definition.metrics,
          comparisons,
          sampleRatio: ratio,
          sequentialSampleRatio: ratioNow,
          isOver,
          pause: standingPause(experiment),
          expected: expectedDecision(primaryAnswers(cells), plan, plan.alpha, {
            units,
            ...(at === undefined || experiment.startedAt === undefined
              ? {}
              : { elapsedMs: at - experiment.startedAt }),
          }),
        });
  assert(decision !== undefined, "an experiment's primary metric is one of its metrics");
  const health = {
    sequentialSampleRatio: ratioNow,
    ...(balance.length === 0 ? {} : { balance }),
    ...(novelty.length === 0 ? {} : { novelty }),
  };
  return {
    alpha: plan.alpha,
    comparisons,
    sampleRatio: ratio,
    scorecard: {
      monitoring,
      decision,
      ...health,
      ...(experiment.plans === undefined ? {} : { plans: experiment.plans }),
      summary: summaryOf({ ...definition, summary, comparisons, decision, sampleRatio: ratio, ...health }),
    },
    ...(isOver ? {} : { monitor: remembered(earlier, cells, said, ratioNow) }),
  };
}

function cellsOf({ definition, summary, rows }: AnalyseRequest, plan: ResolvedPlan): readonly Cell[] {
  const { experiment, metrics } = definition;
  const control = summary.variants.find(({ variant }) => variant === experiment.control);
  const others = summary.variants.filter(({ variant }) => variant !== experiment.control);
  return others.flatMap((variant) =>
    metrics.map((metric: Metric) =>
      cellOf(metric, roleOf(experiment, metric.key), control, variant, summary, {
        plan,
        unit: experiment.unit,
        rows,
      }),
    ),
  );
}

function answersOf(cells: readonly Cell[]): ReadonlyMap<string, Answer> {
  const found = new Map<string, Answer>();
  for (const { name, answer } of cells) if (!isSilent(answer)) found.set(name, answer);
  return found;
}

const primaryAnswers = (cells: readonly Cell[]): Answer[] =>
  cells.flatMap(({ role, answer }) => (role === "primary" && !isSilent(answer) ? [answer] : []));

function findingOf(
  cell: Cell,
  said: Finding["monitored"],
  adjusted: Finding["adjusted"],
  plan: ResolvedPlan,
): Finding {
  const { role, metric, answer, reduced, comparison } = cell;
  const breach = breachOf(cell, said, plan);
  const finding = {
    role,
    ...(reduced === undefined ? {} : { reduced }),
    monitored: said,
    ...(adjusted === undefined ? {} : { adjusted }),
    ...besides(cell, said, plan),
    ...(breach === undefined ? {} : { breach }),
    verdict:
      isSilent(answer) || said.kind === "no_answer"
        ? ("no_answer" as const)
        : verdictOf(answer, directionOf(metric), said, familyOf(role) === undefined ? undefined : adjusted),
  };
  return { ...finding, sentence: sentenceOf(metric, comparison, finding) };
}

function remembered(
  earlier: Monitor,
  cells: readonly Cell[],
  said: readonly { readonly remembered?: MonitoredCell }[],
  ratio: ReturnType<typeof sequentialRatio>,
): Monitor {
  const next: Record<string, MonitoredCell> = { ...earlier.cells };
  for (const [index, { name }] of cells.entries()) {
    const cell = said[index]?.remembered;
    if (cell !== undefined) next[name] = cell;
  }
  const sampleRatioP = ratio.kind === "tested" ? ratio.runningPValue : earlier.sampleRatioP;
  return { ...earlier, cells: next, sampleRatioP };
}
