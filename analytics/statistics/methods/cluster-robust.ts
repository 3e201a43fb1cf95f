import { type Columns, leastSquares, type TooFewRows } from "../linear/least-squares.ts";
import { at, type Collinear, type Matrix, multiply, quadratic, zeros } from "../linear/cholesky.ts";
import { symmetricEigen } from "../linear/eigen.ts";
import { normalSf, studentQuantile, studentSf, twoSided, normalUpperQuantile } from "../special/special.ts";
import { type AlphaOutOfRange, alphaOutOfRange, type NotFinite, notFinite } from "../effect.ts";

// Standard errors of a regression whose rows come in clusters (sessions of a unit): rows of one cluster may depend on
// each other, clusters may not. All that is needed of a cluster is X'X and X'residuals, a few numbers whatever its size.

export const clusterEstimators = ["CR0", "CR1", "CR2"] as const;
export type ClusterEstimator = (typeof clusterEstimators)[number];

export interface ClusterCoefficient {
  readonly coefficient: number;
  readonly standardError: number;
  readonly statistic: number;
  /** Satterthwaite's, of CR2; infinite (normal) for the others. */
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly interval: readonly [number, number];
}

export interface ClusterRobust {
  readonly kind: "estimated";
  readonly clusters: number;
  /** Intercept first. */
  readonly coefficients: readonly ClusterCoefficient[];
}

export interface TooFewClusters {
  readonly kind: "too_few_clusters";
  readonly clusters: number;
  readonly clustersMin: number;
}

export interface ConstantOutcome {
  readonly kind: "no_variance";
  readonly coefficients: readonly number[];
}

/** Rows of one value each: the outcome, the regressors without the intercept, and the cluster's number from 0. */
export interface ClusteredRows {
  readonly outcome: ArrayLike<number>;
  readonly columns: Columns;
  readonly cluster: ArrayLike<number>;
}

interface Cluster {
  readonly rows: number;
  readonly gram: readonly Float64Array[];
  readonly score: Float64Array;
}

/**
 * Least squares with an intercept; CR0 and CR1 with normal p, CR2 (Bell and McCaffrey 2002) with Satterthwaite's
 * degrees of freedom. Below forty clusters only CR2 holds its level.
 */
export function clusterRobust(
  { outcome, columns, cluster }: ClusteredRows,
  estimator: ClusterEstimator,
  alpha: number,
): ClusterRobust | TooFewRows | TooFewClusters | Collinear | ConstantOutcome | AlphaOutOfRange | NotFinite {
  const wrong = alphaOutOfRange(alpha) ?? notFiniteColumns([outcome, ...columns]);
  if (wrong !== undefined) return wrong;
  const fit = leastSquares(outcome, columns);
  if (fit.kind !== "fitted") return fit;
  const { bread, residuals, directions } = fit;
  const clusters = clustersOf(fit.centred, cluster, residuals);
  const width = columns.length + 1;
  if (clusters.length < width + 1)
    return { kind: "too_few_clusters", clusters: clusters.length, clustersMin: width + 1 };
  if (isNothing(fit.residualSquares, outcome))
    return { kind: "no_variance", coefficients: [...fit.coefficients] };
  const adjusted = estimator === "CR2" ? clusters.map((one) => adjust(one, bread)) : undefined;
  const meat = meatOf(adjusted?.map(({ score }) => score) ?? clusters.map(({ score }) => score), width);
  const rows = outcome.length;
  const count = clusters.length;
  const correction = estimator === "CR1" ? (count / (count - 1)) * ((rows - 1) / (rows - width)) : 1;
  const covariance = multiply(multiply(bread, meat), bread);
  return {
    kind: "estimated",
    clusters: count,
    coefficients: [...fit.coefficients].map((coefficient, index) => {
      const direction = directions[index] ?? new Float64Array(width);
      const standardError = Math.sqrt(correction * quadratic(direction, covariance, direction));
      const degreesOfFreedom =
        adjusted === undefined ? Number.POSITIVE_INFINITY : satterthwaiteOf(direction, adjusted, bread);
      return withEvidence(coefficient, standardError, degreesOfFreedom, alpha);
    }),
  };
}

function withEvidence(
  coefficient: number,
  standardError: number,
  degreesOfFreedom: number,
  alpha: number,
): ClusterCoefficient {
  const statistic = coefficient / standardError;
  const normal = degreesOfFreedom === Number.POSITIVE_INFINITY;
  const size = Math.abs(statistic);
  const critical = normal ? normalUpperQuantile(alpha / 2) : studentQuantile(1 - alpha / 2, degreesOfFreedom);
  const reach = critical * standardError;
  return {
    coefficient,
    standardError,
    statistic,
    degreesOfFreedom,
    pValue: twoSided(normal ? normalSf(size) : studentSf(size, degreesOfFreedom)),
    interval: [coefficient - reach, coefficient + reach],
  };
}

function clustersOf(columns: Columns, cluster: ArrayLike<number>, residuals: Float64Array): Cluster[] {
  const width = columns.length + 1;
  const found = new Map<number, { rows: number; gram: Float64Array[]; score: Float64Array }>();
  const x = new Float64Array(width).fill(1);
  for (let row = 0; row < residuals.length; row++) {
    const key = cluster[row] ?? 0;
    let one = found.get(key);
    if (one === undefined) {
      one = { rows: 0, gram: zeros(width), score: new Float64Array(width) };
      found.set(key, one);
    }
    for (const [index, column] of columns.entries()) x[index + 1] = column[row] ?? 0;
    one.rows += 1;
    for (let i = 0; i < width; i++) {
      one.score[i] = (one.score[i] ?? 0) + (x[i] ?? 0) * (residuals[row] ?? 0);
      const into = one.gram[i];
      if (into === undefined) continue;
      for (let j = 0; j < width; j++) into[j] = (into[j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
    }
  }
  return [...found.values()];
}

function meatOf(scores: readonly Float64Array[], width: number): Float64Array[] {
  const meat = zeros(width);
  for (const score of scores)
    for (const [i, into] of meat.entries())
      for (let j = 0; j < width; j++) into[j] = (into[j] ?? 0) + (score[i] ?? 0) * (score[j] ?? 0);
  return meat;
}

interface Adjusted {
  /** X'A residuals with A = (I − H)^−½ of this cluster. */
  readonly score: Float64Array;
  /** X'A X and X'A²X. */
  readonly once: readonly Float64Array[];
  readonly twice: readonly Float64Array[];
}

/** A direction that the cluster alone determines has no residual: its inverse root is taken as 0. */
const determined = 1e-10;

/**
 * X'A without ever forming A, which has as many rows as the cluster. With X = Q T (Q orthonormal, from the eigenvectors
 * of X'X), H = Q (T B T') Q', so A differs from I only on Q's few columns.
 */
function adjust({ gram, score }: Cluster, bread: Matrix): Adjusted {
  const { values, vectors } = symmetricEigen(gram);
  const largest = Math.max(...values);
  const kept = vectors.flatMap((vector, index) => {
    const value = values[index] ?? 0;
    return value > largest * 1e-13 ? [{ root: Math.sqrt(value), vector }] : [];
  });
  const rank = kept.length;
  const hat = zeros(rank);
  for (const [i, into] of hat.entries())
    for (let j = 0; j < rank; j++) {
      const [one, other] = [kept[i], kept[j]];
      if (one !== undefined && other !== undefined)
        into[j] = one.root * other.root * quadratic(one.vector, bread, other.vector);
    }
  const inner = symmetricEigen(hat);
  const width = score.length;
  // Columns W = X'Q u and scalars s = u'Q'residuals, per eigenvector u of the small hat matrix.
  const outward: Float64Array[] = [];
  const inward: number[] = [];
  for (const u of inner.vectors) {
    const w = new Float64Array(width);
    let s = 0;
    for (const [k, { root, vector }] of kept.entries()) {
      let along = 0;
      for (let i = 0; i < width; i++) {
        w[i] = (w[i] ?? 0) + root * (u[k] ?? 0) * (vector[i] ?? 0);
        along += (vector[i] ?? 0) * (score[i] ?? 0);
      }
      s += ((u[k] ?? 0) * along) / root;
    }
    outward.push(w);
    inward.push(s);
  }
  const once = zeros(width);
  const twice = zeros(width);
  const result = new Float64Array(width);
  for (const [index, w] of outward.entries()) {
    const left = 1 - (inner.values[index] ?? 0);
    const square = left > determined ? 1 / left : 0;
    const factor = Math.sqrt(square);
    for (let i = 0; i < width; i++) {
      result[i] = (result[i] ?? 0) + factor * (w[i] ?? 0) * (inward[index] ?? 0);
      const [first, second] = [once[i], twice[i]];
      if (first === undefined || second === undefined) continue;
      for (let j = 0; j < width; j++) {
        const product = (w[i] ?? 0) * (w[j] ?? 0);
        first[j] = (first[j] ?? 0) + factor * product;
        second[j] = (second[j] ?? 0) + square * product;
      }
    }
  }
  return { score: result, once, twice };
}

/** (Σ p'p)² / Σ Σ (p'p)² over pairs of clusters, from sums over clusters only. */
function satterthwaiteOf(coefficient: Float64Array, clusters: readonly Adjusted[], bread: Matrix): number {
  const width = bread.length;
  const direction = Float64Array.from(bread, (row) =>
    row.reduce((sum, value, k) => sum + value * (coefficient[k] ?? 0), 0),
  );
  const outer = zeros(width);
  let trace = 0;
  let own = 0;
  for (const { once, twice } of clusters) {
    const b = Float64Array.from({ length: width }, (_, row) => {
      let sum = 0;
      for (let column = 0; column < width; column++) sum += at(once, row, column) * (direction[column] ?? 0);
      return sum;
    });
    const weight = quadratic(direction, twice, direction);
    const shared = quadratic(b, bread, b);
    trace += weight - shared;
    own += (weight - shared) ** 2 - shared ** 2;
    for (const [i, into] of outer.entries())
      for (let j = 0; j < width; j++) into[j] = (into[j] ?? 0) + (b[i] ?? 0) * (b[j] ?? 0);
  }
  const product = multiply(bread, outer);
  const squares = multiply(product, product);
  const all = squares.reduce((sum, _, index) => sum + at(squares, index, index), 0);
  return trace ** 2 / (own + all);
}

/** Residuals that are no larger than the rounding of the outcome. */
function isNothing(residualSquares: number, outcome: ArrayLike<number>): boolean {
  let squares = 0;
  for (let index = 0; index < outcome.length; index++) squares += (outcome[index] ?? 0) ** 2;
  return residualSquares <= squares * (4 * Number.EPSILON) ** 2;
}

function notFiniteColumns(columns: Columns): NotFinite | undefined {
  for (const column of columns)
    for (let row = 0; row < column.length; row++) {
      const wrong = notFinite(column[row] ?? Number.NaN);
      if (wrong !== undefined) return wrong;
    }
  return undefined;
}
