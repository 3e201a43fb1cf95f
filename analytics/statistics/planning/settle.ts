import { boundaries } from "../sequential/boundaries.ts";
import type { GroupSequentialDesign } from "../sequential/design.ts";
import type { DecisionDesign, Plan, PlanRequest } from "./request.ts";

/** A request with every default filled in and every number in its range. */
export interface Settled {
  readonly kind: "settled";
  /** Of each comparison, after correction. */
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly shares: readonly number[];
  readonly controlShare: number;
  readonly variantShare: number;
  readonly mean: number;
  /** Of a unit, when the mean is moved by the effect. */
  readonly varianceOf: (effect: number) => number;
  /** Variances will be estimated: small samples pay for it by t. */
  readonly studentised: boolean;
  /** How far up the mean can move. */
  readonly room: number;
  readonly margin: number;
  readonly correlation: number;
  readonly decision: DecisionDesign;
  readonly design: (decision: Extract<DecisionDesign, { kind: "group_sequential" }>) => GroupSequentialDesign;
}

const variantsMax = 100;

export function settled(request: PlanRequest): Settled | Exclude<Plan, { kind: "planned" }> {
  const wrong = outOfRange(request);
  if (wrong !== undefined) return { kind: "out_of_range", field: wrong };
  const {
    baseline,
    variants = 2,
    decidingMetrics = 1,
    correlation = 0,
    decision = { kind: "fixed" },
  } = request;
  const mean = baseline.kind === "mean" ? baseline.mean : baseline.share;
  const usesRelative =
    request.effect?.kind === "relative" || request.nonInferiorityMargin?.kind === "relative";
  if (mean === 0 && usesRelative) return { kind: "no_baseline_for_relative" };
  const constant = baseline.kind === "mean" ? baseline.deviation === 0 : mean === 0 || mean === 1;
  if (constant || Math.abs(correlation) === 1) return { kind: "no_variance" };
  const margin = request.nonInferiorityMargin;
  const sides = margin === undefined ? (request.sides ?? 2) : 1;
  const alpha = (request.alpha ?? 0.05) / ((variants - 1) * decidingMetrics);
  const controlShare = request.controlShare ?? 1 / variants;
  const variantShare = (1 - controlShare) / (variants - 1);
  const design: Settled["design"] = ({ shape, looks }) => ({
    shape,
    times: Array.from({ length: looks }, (_, index) => (index + 1) / looks),
    alpha,
    sides,
  });
  if (decision.kind === "group_sequential") {
    const made = boundaries(design(decision));
    if (made.kind !== "boundaries") return { kind: "design_without_boundaries", reason: made.kind };
  }
  return {
    kind: "settled",
    alpha,
    sides,
    shares: [controlShare, ...Array.from({ length: variants - 1 }, () => variantShare)],
    controlShare,
    variantShare,
    mean,
    varianceOf:
      baseline.kind === "mean" ? () => baseline.deviation ** 2 : (effect) => bernoulli(mean + effect),
    studentised: baseline.kind === "mean",
    room: baseline.kind === "mean" ? Number.POSITIVE_INFINITY : 1 - mean,
    margin:
      margin === undefined ? 0 : Math.abs(margin.kind === "relative" ? margin.value * mean : margin.value),
    correlation,
    decision,
    design,
  };
}

const bernoulli = (share: number): number => {
  const inside = Math.min(1, Math.max(0, share));
  return inside * (1 - inside);
};

/** The first member that no experiment can have. */
function outOfRange(request: PlanRequest): keyof PlanRequest | undefined {
  const { baseline, alpha = 0.05, power = 0.8, variants = 2, decidingMetrics = 1, correlation = 0 } = request;
  const { controlShare = 0.5, units = 1, unitsPerDay = 1, nonInferiorityMargin, effect, decision } = request;
  const sound: Partial<Record<keyof PlanRequest, boolean>> = {
    baseline:
      baseline.kind === "mean"
        ? Number.isFinite(baseline.mean) && baseline.deviation >= 0 && Number.isFinite(baseline.deviation)
        : baseline.share >= 0 && baseline.share <= 1,
    alpha: alpha > 0 && alpha < 0.5,
    power: power > alpha && power < 1,
    variants: Number.isInteger(variants) && variants >= 2 && variants <= variantsMax,
    decidingMetrics: Number.isInteger(decidingMetrics) && decidingMetrics >= 1,
    correlation: Math.abs(correlation) <= 1,
    controlShare: controlShare > 0 && controlShare < 1,
    units: units > 0 && Number.isFinite(units),
    unitsPerDay: unitsPerDay > 0 && Number.isFinite(unitsPerDay),
    nonInferiorityMargin: nonInferiorityMargin === undefined || Math.abs(nonInferiorityMargin.value) > 0,
    effect: effect === undefined || withinReach(effect.kind, effect.value, baseline),
    decision:
      decision?.kind !== "always_valid" || decision.unitsPlanned === undefined || decision.unitsPlanned > 0,
  };
  return (Object.keys(sound) as (keyof PlanRequest)[]).find((field) => sound[field] === false);
}

function withinReach(
  kind: "absolute" | "relative",
  value: number,
  baseline: PlanRequest["baseline"],
): boolean {
  if (!Number.isFinite(value)) return false;
  if (baseline.kind === "mean") return true;
  const moved = baseline.share + (kind === "absolute" ? value : value * baseline.share);
  return moved >= 0 && moved <= 1;
}
