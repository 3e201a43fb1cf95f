import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { RowEstimated } from "../../protocols/row-answers.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import type { EffectEstimated, Uncertain } from "../statistics/effect.ts";
import { quantileDifference } from "../statistics/methods/quantile.ts";
import type { GroupQuantile } from "../statistics/methods/quantile.ts";
import { ratioDifference, uncertainRatio } from "../statistics/methods/ratio.ts";
import { isDistinctFromZero, relativeLift } from "../statistics/methods/relative.ts";
import { uncertainMean, welch } from "../statistics/methods/welch.ts";
import { groupAt } from "./cell.ts";
import type { Cell, CellInput } from "./cell.ts";
import { percentileShare } from "./percentile-share.ts";
import { noAnswer } from "./silence.ts";

// Methods that reduce each variant to a few numbers first: done once a variant, and then compared pair by pair.

type Reduced<Group> = Promise<Reply<Group, NoAnswer>>;

/** Each variant once, when it is asked for first. */
function once<Group>(count: number, reduce: (variant: number) => Reduced<Group>) {
  const kept = Array.from({ length: count }, (): Reduced<Group> | undefined => undefined);
  return (variant: number): Reduced<Group> => (kept[variant] ??= reduce(variant));
}

export function percentileCells({ pieces, question, groups, control, alpha }: CellInput): Cell {
  const share = percentileShare(question.metric) ?? Number.NaN;
  const groupOf = once<GroupQuantile>(groups.length, async (variant) => {
    const found = await pieces.run("quantileGroup", groupAt(groups, variant), share);
    if (!found.ok) return found;
    return found.value.kind === "quantile"
      ? succeed(found.value)
      : { ok: false, failure: noAnswer({ ...found.value }) };
  });
  return async (variant) => {
    const [a, b] = [await groupOf(control), await groupOf(variant)];
    if (!a.ok) return a.failure;
    if (!b.ok) return b.failure;
    const effect = quantileDifference(a.value, b.value, alpha);
    if (effect.kind !== "estimated") return noAnswer({ ...effect });
    const value = ({ quantile, variance }: GroupQuantile): Uncertain => ({ value: quantile, variance });
    return {
      ...estimated(effect, value(a.value), value(b.value)),
      outer: {
        control: [a.value.lower, a.value.upper],
        variant: [b.value.lower, b.value.upper],
      },
    };
  };
}

/** Welch's test, or the delta method of a ratio, of capped values. */
export function meanCells({ pieces, groups, control, alpha, isRatio, capped }: CellInput): Cell {
  const above = (variant: number): number => capped.capped?.[variant] ?? 0;
  const caps = (variant: number) => ({ capped: above(variant), cappedControl: above(control) });
  if (isRatio) {
    const groupOf = once(groups.length, (variant) => {
      const { values, denominators = new Float64Array() } = groupAt(groups, variant);
      return pieces.run("pairMomentsOf", values, denominators);
    });
    return async (variant) => {
      const [a, b] = [await groupOf(control), await groupOf(variant)];
      if (!a.ok) return a.failure;
      if (!b.ok) return b.failure;
      const effect = ratioDifference(a.value, b.value, alpha);
      if (effect.kind !== "estimated") return noAnswer({ ...effect });
      return { ...estimated(effect, uncertainRatio(a.value), uncertainRatio(b.value)), ...caps(variant) };
    };
  }
  const groupOf = once(groups.length, (variant) => pieces.run("momentsOf", groupAt(groups, variant).values));
  return async (variant) => {
    const [a, b] = [await groupOf(control), await groupOf(variant)];
    if (!a.ok) return a.failure;
    if (!b.ok) return b.failure;
    const effect = welch(a.value, b.value, alpha);
    if (effect.kind !== "estimated") return noAnswer({ ...effect });
    const { degreesOfFreedom } = effect;
    return {
      ...estimated(effect, uncertainMean(a.value), uncertainMean(b.value)),
      degreesOfFreedom,
      ...caps(variant),
    };
  };
}

function estimated(
  effect: EffectEstimated,
  control: Uncertain | undefined,
  variant: Uncertain | undefined,
): RowEstimated {
  const { difference, standardError, interval, pValue, critical } = effect;
  const isComparable =
    control !== undefined && variant !== undefined && isDistinctFromZero(control, critical);
  const lift = isComparable ? relativeLift(control, variant, critical) : undefined;
  return {
    kind: "estimated",
    ...(variant === undefined ? {} : { value: variant.value }),
    ...(control === undefined ? {} : { valueControl: control.value }),
    difference,
    standardError,
    interval,
    pValue,
    ...(lift === undefined ? {} : { relative: { difference: lift.difference, interval: lift.interval } }),
  };
}
