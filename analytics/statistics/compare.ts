import { assert } from "../../protocols/assert.ts";
import type { Comparison, Estimate, Method, MetricSummary } from "../../protocols/results.ts";
import type {
  AlphaOutOfRange,
  EffectEstimated,
  NotFinite,
  NoVariance,
  TooFewUnits,
  Uncertain,
} from "./effect.ts";
import { ratioDifference, uncertainRatio, type ZeroDenominator } from "./methods/ratio.ts";
import { isDistinctFromZero, relativeLift } from "./methods/relative.ts";
import { twoProportion, uncertainProportion } from "./methods/two-proportion.ts";
import { uncertainMean, welch } from "./methods/welch.ts";

const methodOf: Record<MetricSummary["kind"], Method> = {
  mean: "welch_t",
  proportion: "two_proportion_z",
  ratio: "ratio_delta",
  distribution: "percentile_outer",
};

/** One metric in a variant against the control: the method its kind calls for, with the sizes and means. */
export function compare(
  control: MetricSummary,
  variant: MetricSummary,
  alpha: number,
): Omit<Comparison, "variant" | "metric"> {
  const mean = meanOfGroup(variant);
  const meanControl = meanOfGroup(control);
  return {
    method: methodOf[variant.kind],
    n: variant.count,
    nControl: control.count,
    ...(mean === undefined ? {} : { mean }),
    ...(meanControl === undefined ? {} : { meanControl }),
    estimate: estimate(control, variant, alpha),
  };
}

/** Mean, proportion or ratio of one group; undefined without units, or without denominators. */
function meanOfGroup(summary: MetricSummary): number | undefined {
  return summary.count === 0 ? undefined : uncertain(summary)?.value;
}

function estimate(control: MetricSummary, variant: MetricSummary, alpha: number): Estimate {
  if (control.kind === "distribution") return { kind: "needs_rows" };
  const effect = effectOf(control, variant, alpha);
  assert(
    effect.kind !== "alpha_out_of_range" && effect.kind !== "not_finite",
    `alpha ${alpha} and the sums were checked where they came in`,
  );
  if (effect.kind !== "estimated") return effect;
  const { kind, difference, standardError, interval, pValue, critical } = effect;
  const relative = relativeOf(uncertain(control), uncertain(variant), critical);
  return {
    kind,
    difference,
    standardError,
    interval,
    pValue,
    ...(relative === undefined ? {} : { relative }),
  };
}

function effectOf(
  control: MetricSummary,
  variant: MetricSummary,
  alpha: number,
): EffectEstimated | TooFewUnits | NoVariance | ZeroDenominator | AlphaOutOfRange | NotFinite {
  if (control.kind === "mean" && variant.kind === "mean") return welch(control, variant, alpha);
  if (control.kind === "proportion" && variant.kind === "proportion")
    return twoProportion(control, variant, alpha);
  if (control.kind === "ratio" && variant.kind === "ratio") return ratioDifference(control, variant, alpha);
  assert(false, `a ${control.kind} is not compared with a ${variant.kind}`);
}

/** The estimate of one group, and the variance of that estimate; undefined where sums do not give one. */
export function uncertain(summary: MetricSummary): Uncertain | undefined {
  switch (summary.kind) {
    case "mean":
      return uncertainMean(summary);
    case "proportion":
      return uncertainProportion(summary);
    case "ratio":
      return uncertainRatio(summary);
    case "distribution":
      return undefined;
  }
}

type Relative = NonNullable<Extract<Estimate, { kind: "estimated" }>["relative"]>;

function relativeOf(
  control: Uncertain | undefined,
  variant: Uncertain | undefined,
  critical: number,
): Relative | undefined {
  if (control === undefined || variant === undefined || !isDistinctFromZero(control, critical))
    return undefined;
  const lift = relativeLift(control, variant, critical);
  return lift === undefined ? undefined : { difference: lift.difference, interval: lift.interval };
}
