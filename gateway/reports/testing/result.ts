import { Experiment, type PublishedExperiment } from "../../../protocols/experiment.ts";
import { Metric } from "../../../protocols/metric.ts";
import type { TimelinePoint } from "../../../protocols/monitor.ts";
import type { Comparison, ExperimentResult, VariantSummary } from "../../../protocols/results.ts";
import type { Finding, Monitored, Scorecard } from "../../../protocols/scorecard.ts";

// A result with everything in it, whose numbers are easy to find again, and whose names try to be markup.

export const hostile = `<img src=x onerror="alert(1)"> & 'co' | *bold* \`code\``;
export const startedAt = Date.UTC(2026, 10, 1);
const day = 86_400_000;

export const metrics = [
  Metric.parse({
    key: "visit",
    name: hostile,
    description: "</style><script>alert(2)</script>",
    definition: { type: "binary", event: "visit" },
    covariate: { lookbackDays: 14 },
  }),
  Metric.parse({ key: "spend", definition: { type: "sum", event: "purchase" }, cap: { value: 500 } }),
  Metric.parse({
    key: "latency",
    direction: "decrease",
    definition: { type: "mean", event: "page" },
    guardrail: { maxRelativeChange: 0.02, action: "pause" },
    window: { type: "conversion", hours: 72 },
  }),
  Metric.parse({
    key: "ctr",
    definition: {
      type: "ratio",
      numerator: { event: "click", filter: { attribute: "position", op: "lte", value: 5 } },
      denominator: { event: "impression" },
    },
  }),
];

export const experiment: PublishedExperiment = {
  ...Experiment.parse({
    key: "exp",
    name: `Mail ${hostile}`,
    hypothesis: "Mail brings people back.",
    flag: "tested",
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "mail", variation: "on", weight: 5_000 },
    ],
    control: "control",
    metrics: { primary: "visit", secondary: ["spend", "ctr"], guardrails: ["latency"] },
    dimensions: ["country"],
  }),
  status: "running",
  phase: 1,
  startedAt: startedAt as never,
};

const always = (low: number, high: number, pValue: number): Monitored => ({
  kind: "always_valid",
  interval: [low * 1.1, high * 0.9],
  relativeInterval: [low * 9, high * 9],
  pValue,
  eValue: 1 / pValue,
  runningPValue: pValue,
  runningInterval: [low, high],
  looks: 12,
});

const finding = (role: Finding["role"], monitored: Monitored, more: Partial<Finding> = {}): Finding => ({
  role,
  monitored,
  verdict: "undecided",
  sentence: `A sentence of ${role}.`,
  ...more,
});

export const comparisons: readonly Comparison[] = [
  {
    variant: "mail",
    metric: "visit",
    method: "two_proportion_z",
    n: 21_307,
    nControl: 21_306,
    mean: 0.18275,
    meanControl: 0.10617,
    estimate: {
      kind: "estimated",
      difference: 0.07658,
      standardError: 0.0034,
      interval: [0.06993, 0.08326],
      pValue: 3.18e-44,
      relative: { difference: 0.7214, interval: [0.6431, 0.7997] },
    },
    finding: finding("primary", always(0.0641, 0.0891, 1.23e-40), {
      verdict: "better",
      adjusted: {
        method: "holm",
        family: "primary",
        comparisons: 1,
        pValue: 1.23e-40,
        isSignificant: true,
      },
      posterior: {
        kind: "posterior",
        model: "beta_binomial",
        chanceToWin: 1,
        expectedLoss: 0,
        expectedLossControl: 0.0766,
        interval: [0.07, 0.083],
      },
      reduced: {
        kind: "reduced",
        method: "cuped",
        difference: 0.0761,
        standardError: 0.003,
        interval: [0.0702, 0.082],
        pValue: 1e-50,
        relative: { difference: 0.717, interval: [0.65, 0.78] },
        varianceReduction: 0.221,
        theta: 0.4,
      },
    }),
  },
  {
    variant: "mail",
    metric: "spend",
    method: "welch_t",
    n: 21_307,
    nControl: 21_306,
    mean: 1.42262,
    meanControl: 0.65279,
    estimate: {
      kind: "estimated",
      difference: 0.76983,
      standardError: 0.1454,
      interval: [0.48485, 1.0548],
      pValue: 1.2e-7,
      relative: { difference: 1.1793, interval: [0.5, 1.86] },
    },
    finding: finding("secondary", always(-0.11, 1.65, 0.21)),
  },
  {
    variant: "mail",
    metric: "latency",
    method: "welch_t",
    n: 1,
    nControl: 1,
    estimate: { kind: "too_few_units", units: 1, unitsMin: 2 },
    finding: finding(
      "guardrail",
      { kind: "no_answer", code: "too_few_units", reason: "there are too few units" },
      { guardrail: { kind: "undecided", margin: 2, relativeMargin: 0.02, pValue: 0.5, action: "pause" } },
    ),
  },
  {
    variant: "mail",
    metric: "ctr",
    method: "ratio_delta",
    n: 21_307,
    nControl: 21_306,
    mean: 0.31,
    meanControl: 0.31,
    estimate: { kind: "no_variance", difference: 0 },
    finding: finding(
      "secondary",
      { kind: "no_answer", code: "no_variance", reason: "all units are alike" },
      { verdict: "no_answer" },
    ),
  },
];

export const scorecard: Scorecard = {
  monitoring: { kind: "always_valid", tunedFor: 5_000 },
  decision: {
    kind: "keep_waiting",
    code: "guardrail_undecided",
    reason: "mail makes visit better, but it is not shown yet that the guardrail latency holds.",
    wouldChange: ["The interval of latency leaves the margin on one side."],
    expected: { units: 54_321, days: 5.2, basis: "observed_effect" },
  },
  sequentialSampleRatio: {
    kind: "tested",
    logBayesFactor: -2,
    pValue: 1,
    runningPValue: 0.7312,
    mismatch: false,
  },
  balance: [{ metric: "visit", variant: "mail", pValue: 0.4567, imbalanced: false }],
  novelty: [{ variant: "mail", metric: "visit", slopePerDay: -0.00123, pValue: 0.3456, days: 14 }],
  plans: [
    { version: 1, phase: 1, at: startedAt as never, by: "ana", analysis: { alpha: 0.05 } },
    {
      version: 2,
      phase: 1,
      at: (startedAt + 3 * day) as never,
      by: "ben",
      analysis: { alpha: 0.1, minimumEffect: 0.05 },
    },
  ],
  summary: ["42,613 units have come.", `The name is ${hostile}.`],
};

const variantsOf = (units: number): VariantSummary[] =>
  ["control", "mail"].map((variant, index) => ({
    variant,
    units: units + index,
    metrics: { visit: { kind: "proportion", count: units + index, successes: Math.round(units / 8) } },
  }));

export const result: ExperimentResult = {
  environment: "test",
  experiment: "exp",
  source: "streaming",
  at: startedAt + 14 * day,
  revision: 98_765,
  definition: { experiment, metrics },
  summary: {
    variants: variantsOf(21_306),
    crossovers: 17,
    bots: 5,
    days: Array.from({ length: 14 }, (_, index) => ({
      day: startedAt / day + index,
      variants: variantsOf(1_500 + index),
    })),
    dimensions: {
      country: ["CH", hostile].map((value) => ({ value, variants: variantsOf(10_000) })),
    },
  },
  analysis: {
    alpha: 0.05,
    comparisons,
    sampleRatio: {
      kind: "tested",
      chiSquare: 0.000023,
      degreesOfFreedom: 1,
      pValue: 0.9961,
      expected: { control: 21_306.5, mail: 21_306.5 },
      observed: { control: 21_306, mail: 21_307 },
      mismatch: false,
    },
    scorecard,
  },
  events: [
    { event: "visit", experiments: ["exp"], state: "flowing", quietMsMax: 60_000 },
    {
      event: "purchase",
      experiments: ["exp"],
      state: "stalled",
      newestAt: (startedAt + 9 * day) as never,
      quietMsMax: 60_000,
    },
  ],
  newestEventTs: startedAt + 14 * day - 70_000,
  newestAt: startedAt + 14 * day - 60_000,
};

/** As results were before there were decisions. */
export const olderResult: ExperimentResult = {
  ...result,
  analysis: {
    alpha: 0.05,
    sampleRatio: result.analysis.sampleRatio,
    comparisons: comparisons.map(({ finding: _finding, ...comparison }) => comparison),
  },
};

export const points: readonly TimelinePoint[] = Array.from({ length: 12 }, (_, index) => ({
  at: (startedAt + (index + 1) * day) as never,
  phase: 1,
  planVersion: 1,
  units: 3_000 * (index + 1),
  cells: {
    "mail/visit": [
      0.0766 + 0.01 / (index + 1),
      0.0641 - 0.2 / (index + 1),
      0.0891 + 0.2 / (index + 1),
      0.5 / (index + 1),
    ],
    "mail/spend": [0.7, -0.5, 1.9, 0.4],
  },
}));
