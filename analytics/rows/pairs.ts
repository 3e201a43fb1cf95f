import type { RowEstimate } from "../../protocols/row-answers.ts";
import { clusterRobust } from "../statistics/methods/cluster-robust.ts";
import { mannWhitney } from "../statistics/methods/mann-whitney.ts";
import { welch } from "../statistics/methods/welch.ts";
import { linInteracted } from "../statistics/variance-reduction/regression.ts";
import { momentsOf } from "./groups.ts";
import { rowsOf } from "./row-set.ts";
import type { RowSet } from "./row-set.ts";
import { noAnswer } from "./silence.ts";

// What is computed of two variants' rows together. Runs in the pool.

export function ranks(control: RowSet, variant: RowSet, alpha: number): RowEstimate {
  const tested = mannWhitney(control.values, variant.values, alpha);
  if (tested.kind !== "tested") return noAnswer({ ...tested });
  const { shift, interval, pValue, superiority } = tested;
  return {
    kind: "estimated",
    difference: shift,
    ...(interval === undefined ? {} : { interval }),
    pValue,
    superiority,
  };
}

/** Lin's estimator with the errors of MacKinnon and White's HC3, which hold in small groups as well. */
export function adjusted(
  control: RowSet,
  variant: RowSet,
  alpha: number,
  covariates: readonly string[],
): RowEstimate {
  const together = (a: Float64Array, b: Float64Array): Float64Array => {
    const both = new Float64Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  };
  const arm = new Float64Array(rowsOf(control) + rowsOf(variant)).fill(1, rowsOf(control));
  const fit = linInteracted(
    {
      outcome: together(control.values, variant.values),
      arm,
      covariates: control.covariates.map((column, index) =>
        together(column, variant.covariates[index] ?? new Float64Array()),
      ),
    },
    "HC3",
    alpha,
  );
  if (fit.kind !== "estimated") return noAnswer({ ...fit });
  const { difference, standardError, interval, pValue } = fit;
  const plain = welch(momentsOf(control.values), momentsOf(variant.values), alpha);
  return {
    kind: "estimated",
    difference,
    standardError,
    interval,
    pValue,
    covariates,
    ...(plain.kind === "estimated"
      ? { varianceReduction: 1 - (standardError / plain.standardError) ** 2 }
      : {}),
  };
}

/** From here on the few degrees of freedom that this is for are many. */
const clustersMax = 20_000;
/** 8 bytes a row in three columns: 120 MB. */
const singlesMax = 5_000_000;

/**
 * Difference of the means of single values (sessions, events), clustered by unit. A unit's values may stand for its mean:
 * regressors are the same for all of them, so that only their number and their sum matter.
 */
export function clustered(control: RowSet, variant: RowSet, alpha: number): RowEstimate {
  const clusters = rowsOf(control) + rowsOf(variant);
  if (clusters > clustersMax) return noAnswer({ kind: "too_many_clusters", clusters, clustersMax });
  const [outcome, arm, cluster]: [number[], number[], number[]] = [[], [], []];
  let number = 0;
  for (const [group, rows] of [control, variant].entries()) {
    for (const [index, value] of rows.values.entries()) {
      const count = rows.denominators?.[index] ?? 1;
      if (!Number.isInteger(count) || count < 0 || outcome.length + count > singlesMax)
        return noAnswer({ kind: "not_a_count" });
      for (let single = 0; single < count; single++) {
        outcome.push(value / count);
        arm.push(group);
        cluster.push(number);
      }
      number++;
    }
  }
  const fit = clusterRobust({ outcome, columns: [arm], cluster }, "CR2", alpha);
  if (fit.kind !== "estimated") return noAnswer({ ...fit });
  const [intercept, effect] = fit.coefficients;
  if (intercept === undefined || effect === undefined) return noAnswer({ kind: "no_variance" });
  const { coefficient, standardError, interval, pValue, degreesOfFreedom } = effect;
  return {
    kind: "estimated",
    value: intercept.coefficient + coefficient,
    valueControl: intercept.coefficient,
    difference: coefficient,
    standardError,
    interval,
    pValue,
    degreesOfFreedom,
    clusters: fit.clusters,
  };
}
