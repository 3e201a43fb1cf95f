import { tunedForDefault, type ResolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type {
  Comparison,
  ExperimentSummary,
  MetricSummary,
  VariantSummary,
} from "../../../protocols/results.ts";
import type { Finding, Monitor, MonitoredCell, NoAnswer } from "../../../protocols/scorecard.ts";
import { compare } from "../compare.ts";
import { alwaysValid } from "./always-valid.ts";
import { plainAnswer, type Answer } from "./answer.ts";
import { fixedHorizon } from "./fixed-horizon.ts";
import { groupSequential } from "./group-sequential.ts";
import { comparisonFromRows, needsRows, reducedFromRows, type RowAnswers } from "./from-rows.ts";
import { guardrailAnswer } from "./guardrail.ts";
import { metricOf } from "./metric-of.ts";
import { posterior } from "./posterior.ts";
import { reduction } from "./reduce.ts";

/** One metric of one variant, before anything is known of the other comparisons. */
export interface Cell {
  readonly name: string;
  readonly metric: Metric;
  readonly role: Finding["role"];
  readonly comparison: Omit<Comparison, "finding">;
  /** What the comparison was made of. */
  readonly sums: readonly [control: MetricSummary, variant: MetricSummary];
  /** The best estimate, reduced where that is possible. */
  readonly answer: Answer | NoAnswer;
  readonly reduced?: NonNullable<Finding["reduced"]>;
}

interface Known {
  readonly plan: ResolvedPlan;
  /** Of the experiment. */
  readonly unit: string;
  readonly rows: RowAnswers | undefined;
}

export function cellOf(
  metric: Metric,
  role: Finding["role"],
  control: VariantSummary | undefined,
  variant: VariantSummary,
  summary: ExperimentSummary,
  { plan, unit, rows }: Known,
): Cell {
  const [a, b] = [metricOf(control, metric, unit), metricOf(variant, metric, unit)];
  const comparison = { variant: variant.variant, metric: metric.key, ...compare(a, b, plan.alpha) };
  const name = `${variant.variant}/${metric.key}`;
  const common = { name, metric, role, comparison, sums: [a, b] as const };
  if (needsRows(metric)) return { ...common, ...comparisonFromRows(metric, comparison, rows) };
  const plain = plainAnswer(a, b, comparison.estimate);
  if (isSilent(plain) || control === undefined) return { ...common, answer: plain };
  const made =
    (plan.cuped ? reducedFromRows(metric, comparison, plain, rows) : undefined) ??
    reduction(metric.key, { control, variant, summary }, plain, plan);
  if (made === undefined) return { ...common, answer: plain };
  return "reduced" in made
    ? { ...common, answer: made.answer, reduced: made.reduced }
    : { ...common, answer: plain, reduced: made };
}

/** When it is looked, and what was seen before. */
export interface Moment {
  readonly alpha: number;
  readonly units: number;
  readonly isOver: boolean;
  readonly earlier: Monitor;
}

/** What a cell may say at this moment, and what is to be remembered of it. */
export function monitored(
  { name, metric, answer, comparison }: Cell,
  { alpha, units, isOver, earlier }: Moment,
  { monitoring }: ResolvedPlan,
): { readonly monitored: Finding["monitored"]; readonly remembered?: MonitoredCell } {
  if (isSilent(answer)) return { monitored: answer };
  switch (monitoring.kind) {
    case "always_valid": {
      const perGroup = Math.min(comparison.n, comparison.nControl);
      const said = alwaysValid(answer, perGroup, alpha, tunedFor(monitoring), earlier.cells[name]);
      return isSilent(said) ? { monitored: said } : { monitored: said.monitored, remembered: said.cell };
    }
    case "group_sequential":
      return {
        monitored: groupSequential(monitoring, alpha, earlier.plannedLooks, name, metric),
      };
    case "fixed": {
      const isFinal = isOver || (monitoring.units !== undefined && units >= monitoring.units);
      return { monitored: fixedHorizon(answer, alpha, { isFinal, units: monitoring.units }) };
    }
  }
}

export const tunedFor = ({ tunedFor: units }: { readonly tunedFor?: number | undefined }): number =>
  units ?? tunedForDefault;

/** What is said of a cell beside its interval. */
export function besides(
  cell: Cell,
  said: Finding["monitored"],
  plan: ResolvedPlan,
): Pick<Finding, "guardrail" | "posterior"> {
  const { answer, metric, sums, role } = cell;
  if (isSilent(answer)) return role === "guardrail" ? { guardrail: answer } : {};
  return {
    ...(role === "guardrail"
      ? { guardrail: guardrailAnswer(metric, answer, said, plan.guardrailMargin) }
      : {}),
    posterior: posterior(metric, ...sums, answer, plan),
  };
}

export const isSilent = (value: object): value is NoAnswer => "kind" in value && value.kind === "no_answer";
