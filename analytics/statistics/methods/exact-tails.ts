import { binomialPmf } from "../special/deviance.ts";

// Exact two-sided tests by the small-p rule: p is the probability of all results that are no more probable than the
// one seen. Sums run outwards from the first term by ratios, so a tail of 1e-200 keeps its digits.

/** Two results count as equally probable when rounding alone could separate them. */
const tie = 1 + 1e-10;

/** One discrete, unimodal distribution over low … high, by the ratios of its neighbours. */
interface Unimodal {
  readonly low: number;
  readonly high: number;
  readonly mode: number;
  readonly probability: (k: number) => number;
  /** P(k + 1) / P(k). */
  readonly step: (k: number) => number;
}

/** p of k successes among n when each had probability p. */
export function binomialTwoSided(k: number, n: number, p: number): number {
  return twoSidedOf(
    {
      low: 0,
      high: n,
      mode: Math.min(n, Math.floor((n + 1) * p)),
      probability: (at) => binomialPmf(at, n, p),
      step: (at) => ((n - at) / (at + 1)) * (p / (1 - p)),
    },
    k,
  );
}

/** Fisher's exact test: p of k successes in a group of `group`, given `successes` among `total`. */
export function fisherTwoSided(k: number, group: number, successes: number, total: number): number {
  const share = group / total;
  // P(k) as a quotient of binomials with the same share: no factorial of a million appears.
  const probability = (at: number): number =>
    (binomialPmf(at, successes, share) / binomialPmf(group, total, share)) *
    binomialPmf(group - at, total - successes, share);
  const failures = total - successes;
  return twoSidedOf(
    {
      low: Math.max(0, group - failures),
      high: Math.min(group, successes),
      mode: Math.floor(((group + 1) * (successes + 1)) / (total + 2)),
      probability,
      step: (at) => (((successes - at) / (at + 1)) * (group - at)) / (failures - group + at + 1),
    },
    k,
  );
}

function twoSidedOf(distribution: Unimodal, k: number): number {
  const { low, high, mode } = distribution;
  if (low === high) return 1;
  const seen = distribution.probability(k);
  if (k >= mode) {
    const other = lastNoMoreProbable(distribution, seen, low, mode, -1);
    if (other >= k - 1) return 1; // every result is in one tail or the other
    return Math.min(1, upward(distribution, k) + (other < low ? 0 : downward(distribution, other)));
  }
  const other = lastNoMoreProbable(distribution, seen, mode, high, 1);
  if (other <= k + 1) return 1;
  return Math.min(1, downward(distribution, k) + (other > high ? 0 : upward(distribution, other)));
}

/**
 * On the far side of the mode: the result nearest the mode that is no more probable than `seen`; low − 1 or high + 1
 * when there is none.
 */
function lastNoMoreProbable(
  { probability }: Unimodal,
  seen: number,
  low: number,
  high: number,
  direction: 1 | -1,
): number {
  let [from, to] = direction === -1 ? [low - 1, high] : [low, high + 1];
  const rare = (k: number): boolean => probability(k) <= seen * tie;
  if (direction === -1) {
    // rare is true up to some k, false after it.
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (rare(middle)) from = middle;
      else to = middle - 1;
    }
    return from;
  }
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (rare(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** P(X ≥ k). */
function upward({ high, probability, step }: Unimodal, k: number): number {
  let term = probability(k);
  let sum = term;
  for (let at = k; at < high && term > sum * 1e-18; at++) {
    term *= step(at);
    sum += term;
  }
  return sum;
}

/** P(X ≤ k). */
function downward({ low, probability, step }: Unimodal, k: number): number {
  let term = probability(k);
  let sum = term;
  for (let at = k - 1; at >= low && term > sum * 1e-18; at--) {
    term /= step(at);
    sum += term;
  }
  return sum;
}
