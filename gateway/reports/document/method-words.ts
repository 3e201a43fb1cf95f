import type { Method } from "../../../protocols/results.ts";
import type { Monitored, Reduced } from "../../../protocols/scorecard.ts";
import type { Correction } from "../../../protocols/analysis-plan.ts";

// What each method computes, as far as a reader of a report needs it. docs/statistics.md tells all of it.

export interface MethodWords {
  readonly name: string;
  readonly formula: string;
  readonly assumes: string;
  readonly source: string;
  /** Section of docs/statistics.md. */
  readonly section: string;
}

export const estimators: Record<Method, MethodWords> = {
  welch_t: {
    name: "Welch's t-test",
    formula:
      "t = Δ / √(s²a/na + s²b/nb), with Welch–Satterthwaite degrees of freedom; interval Δ ± t(1 − α/2) × standard error",
    assumes: "independent units; means near normal",
    source: "Welch 1947, Satterthwaite 1946",
    section: "Methods",
  },
  two_proportion_z: {
    name: "Two-proportion z-test with Newcombe's interval",
    formula: "z = Δ / √(p(1 − p)(1/na + 1/nb)) with the pooled p; interval from the two Wilson intervals",
    assumes: "independent units",
    source: "Newcombe 1998, method 10; Wilson 1927",
    section: "Methods",
  },
  ratio_delta: {
    name: "Ratio of means by the delta method",
    formula: "R = N / D of the means; Var R = (s²N − 2 R sND + R² s²D) / (n D²); normal interval for Rb − Ra",
    assumes: "independent units, many of them, and denominators well away from 0",
    source: "delta method",
    section: "Methods",
  },
  percentile_outer: {
    name: "Difference of percentiles by the outer interval",
    formula:
      "the ranks np ± z √(np(1 − p)) of each group, widened for clusters, give its interval; both give that of the difference",
    assumes: "independent units; a density above 0 at the percentile",
    source: "order statistics; Deng, Knoblich and Lu 2018 for clusters",
    section: "Methods",
  },
};

export const reductions: Record<Reduced["method"], MethodWords> = {
  cuped: {
    name: "Variance reduction by values of before (CUPED)",
    formula: "y − θ(x − x̄) with θ = cov(x, y) / var(x) over both groups; variance × (1 − ρ²)",
    assumes: "the covariate was measured before the experiment, so that no variant can change it",
    source: "Deng, Xu, Kohavi and Walker 2013",
    section: "Variance reduction",
  },
  cuped_ratio: {
    name: "Variance reduction of a ratio (CUPED)",
    formula: "θ from the linearised numerator and denominator, and their own values of before",
    assumes: "as for CUPED, and as for a ratio",
    source: "Deng, Xu, Kohavi and Walker 2013, with the delta method",
    section: "Variance reduction",
  },
  post_stratification: {
    name: "Post-stratification",
    formula: "Δ = Σ w(k) Δ(k) over the strata k, w(k) = share of all units; Var = Σ w(k)² Var(k)",
    assumes: "a stratum is known of each unit before the experiment, and none is nearly empty",
    source: "Miratrix, Sekhon and Yu 2013",
    section: "Variance reduction",
  },
  regression: {
    name: "Adjustment by several values of before (Lin's regression)",
    formula: "y on variant, centred covariates and their products with it; heteroscedastic errors HC3",
    assumes:
      "the covariates were measured before the experiment; computed from single values, as of the time named",
    source: "Lin 2013",
    section: "Variance reduction",
  },
};

export const monitorings: Record<Exclude<Monitored["kind"], "no_answer">, MethodWords> = {
  always_valid: {
    name: "Always-valid intervals (asymptotic confidence sequence)",
    formula:
      "Δ ± σ √((2(nρ² + 1) / (n²ρ²)) ln(√(nρ² + 1) / α)); what counts is the smallest p and the common part of all intervals so far",
    assumes: "independent units, many of them; holds at all looks together, however many and whenever",
    source: "Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021; Howard, Ramdas, McAuliffe and Sekhon 2021",
    section: "Sequential methods",
  },
  group_sequential: {
    name: "Group sequential design",
    formula:
      "at look k the difference is there when |z(k)| reaches its bound; the bounds spend α by the information that has come",
    assumes: "looks by plan; independent increments of information",
    source: "Lan and DeMets 1983; Jennison and Turnbull 2000",
    section: "Sequential methods",
  },
  fixed: {
    name: "One look at the planned end",
    formula: "the plain interval and p-value, once",
    assumes: "nobody acts upon an earlier look",
    source: "Neyman and Pearson 1933",
    section: "Methods",
  },
};

export const corrections: Record<Exclude<Correction, "none">, MethodWords> = {
  bonferroni: words("Bonferroni", "p × m", "the chance of any false finding in the family", "Dunn 1961"),
  holm: words(
    "Holm",
    "from the smallest p on: p(i) × (m − i + 1), never falling",
    "the chance of any false finding in the family",
    "Holm 1979",
  ),
  hochberg: words(
    "Hochberg",
    "from the largest p on: p(i) × (m − i + 1), never rising",
    "the chance of any false finding, of independent or positively dependent comparisons",
    "Hochberg 1988",
  ),
  benjamini_hochberg: words(
    "Benjamini–Hochberg",
    "p(i) × m / i, never rising from the largest on",
    "the expected share of false findings among the findings",
    "Benjamini and Hochberg 1995",
  ),
  e_benjamini_hochberg: words(
    "e-Benjamini–Hochberg",
    "the same over 1 / e of the e-values",
    "the expected share of false findings, whatever the dependence and whenever one looks",
    "Wang and Ramdas 2022",
  ),
};

function words(name: string, formula: string, holds: string, source: string): MethodWords {
  return {
    name: `${name}, over the comparisons of a family`,
    formula,
    assumes: `m comparisons in the family; bounds ${holds}`,
    source,
    section: "Many comparisons",
  };
}

export const lift: MethodWords = {
  name: "Lift",
  formula: "L = Δ / |control's mean|; Var L = Var(b)/a² + b² Var(a)/a⁴",
  assumes: "a control's mean well away from 0; else there is no lift",
  source: "delta method",
  section: "Methods",
};

export const sampleRatios: readonly MethodWords[] = [
  {
    name: "Sample ratio, once",
    formula: "χ² = Σ (O − E)² / E over the variants; a mismatch is shown below p = 0.01",
    assumes: "the same weights since the phase started",
    source: "Pearson 1900",
    section: "Methods",
  },
  {
    name: "Sample ratio, at any time",
    formula:
      "evidence of a Dirichlet-multinomial mixture around the planned shares against those shares; p = 1 / evidence",
    assumes: "holds at all looks together; the experiment is not to be trusted below 0.001",
    source: "Lindon and Malek 2022",
    section: "Sequential methods",
  },
];

export const guardrail: MethodWords = {
  name: "Guardrail by non-inferiority",
  formula:
    "holds when the bad end of the interval is no worse than the margin; violated when the whole interval is harm and reaches beyond it",
  assumes: "a margin that was chosen before the start",
  source: "Wellek 2010",
  section: "Further tests",
};

export const posterior: MethodWords = {
  name: "Posterior",
  formula:
    "chance that the variant is better, and the expected loss of choosing it, given the prior of the plan",
  assumes: "the prior; flat when the plan has none",
  source: "Gelman et al. 2013; Stucchio 2015 for the loss",
  section: "Bayes",
};

export const novelty: MethodWords = {
  name: "Novelty",
  formula: "slope of the effect by the day of first exposure, weighted by 1 / variance",
  assumes: "units of different days are alike but for their day",
  source: "weighted least squares",
  section: "Depth",
};

export const heterogeneity: MethodWords = {
  name: "Differences between values of a dimension",
  formula: "Q = Σ w(k)(Δ(k) − Δ̄)² with w = 1 / variance; I² = max(0, (Q − df) / Q)",
  assumes: "each value has enough units for its own interval",
  source: "Cochran 1954; Higgins and Thompson 2002",
  section: "Depth",
};
