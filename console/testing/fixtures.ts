import type { EnvironmentRecord } from "../../protocols/directory.ts";
import type { PublishedVersion, Versioned } from "../../protocols/environment-messages.ts";
import type { ExperimentStatus, PublishedExperiment } from "../../protocols/experiment.ts";
import type { Flag } from "../../protocols/flag.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Comparison, ExperimentResult } from "../../protocols/results.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Timeline } from "../../protocols/timeline.ts";

// Recorded-shape data: what the gateway answers, small enough to read. Instants hang on one constant.

export const epoch = Date.UTC(2026, 10, 20, 9, 0, 0);
const day = 86_400_000;

export const environments = [
  environmentNamed("production", "Production", true),
  environmentNamed("staging", "Staging", false),
  environmentNamed("dev", "Development", false),
];

function environmentNamed(key: string, name: string, production: boolean): EnvironmentRecord {
  const record = {
    key,
    project: "main",
    name,
    production,
    partitions: 8,
    createdAt: epoch - 90 * day,
    archived: false,
  };
  return record as unknown as EnvironmentRecord;
}

export function flagNamed(key: string, options: { share?: number; enabled?: boolean } = {}): Flag {
  const share = options.share ?? 10_000;
  const flag = {
    key,
    name: key.replaceAll("-", " "),
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    fallthrough: {
      split: [
        { variation: "on", weight: share },
        { variation: "off", weight: 10_000 - share },
      ],
    },
    rules: [],
    prerequisites: [],
    enabled: options.enabled ?? true,
    killed: false,
    status: "active",
    tags: [],
    sensitive: false,
  };
  return flag as unknown as Flag;
}

const rules: Flag["rules"] = [
  {
    id: "staff",
    name: "Our own people first",
    when: { op: "in_segment", value: "staff" },
    serve: { variation: "on" },
  },
  {
    id: "pro-eu",
    when: {
      all: [
        { attribute: "country", op: "in", value: ["DE", "FR", "NL"] },
        { attribute: "plan", op: "eq", value: "pro" },
      ],
    },
    serve: {
      split: [
        { variation: "on", weight: 5_000 },
        { variation: "off", weight: 5_000 },
      ],
    },
  },
];

const theme = {
  ...flagNamed("button-theme"),
  type: "string",
  variations: [
    { key: "plain", value: "plain" },
    { key: "warm", value: "warm" },
    { key: "bold", value: "bold" },
  ],
  offVariation: "plain",
  fallthrough: { experiment: "checkout-copy", otherwise: "plain" },
} as unknown as Flag;

export const flags: Versioned<Flag>[] = [
  versioned(
    {
      ...flagNamed("new-checkout", { share: 2_500 }),
      rules,
      description: "One-page checkout",
      owner: "ana",
      tags: ["checkout"],
    },
    7,
    7,
  ),
  versioned(flagNamed("dark-mode"), 3, 3),
  versioned(theme, 2, 2),
  versioned(flagNamed("search-v2", { share: 500 }), 5, 4),
  versioned(flagNamed("beta-api", { enabled: false }), 1),
  versioned({ ...flagNamed("old-banner"), killed: true }, 9, 9),
];

export function versioned<Entity>(
  entity: Entity,
  version: number,
  publishedVersion?: number,
): Versioned<Entity> {
  const place = {
    version,
    createdAt: epoch - 30 * day,
    updatedAt: epoch - version * 3_600_000,
    updatedBy: "ana",
  };
  return {
    entity,
    ...place,
    ...(publishedVersion !== undefined && { publishedVersion }),
  } as Versioned<Entity>;
}

export const metrics = [
  {
    key: "conversion",
    name: "Conversion",
    unit: "user",
    direction: "increase",
    definition: { type: "binary", event: "purchase" },
  },
  {
    key: "revenue",
    name: "Revenue per person",
    unit: "user",
    direction: "increase",
    definition: { type: "sum", event: "purchase" },
  },
  {
    key: "page_latency",
    name: "Page latency",
    unit: "user",
    direction: "decrease",
    definition: { type: "mean", event: "page" },
  },
] as unknown as Metric[];

export function experimentNamed(key: string, status: ExperimentStatus): PublishedExperiment {
  const experiment = {
    key,
    name: key.replaceAll("-", " "),
    hypothesis: "A shorter text on the pay button makes more people finish.",
    flag: "button-theme",
    variants: [
      { key: "control", variation: "plain", weight: 3_334 },
      { key: "short", variation: "warm", weight: 3_333 },
      { key: "bold", variation: "bold", weight: 3_333 },
    ],
    control: "control",
    allocation: 10_000,
    unit: "user",
    trigger: "view",
    metrics: { primary: "conversion", secondary: ["revenue"], guardrails: ["page_latency"] },
    analysis: { alpha: 0.05 },
    status,
    phase: 1,
    ...(status !== "draft" && {
      startedAt: epoch - 5 * day,
      startAt: epoch - 5 * day,
      stopAt: epoch + 9 * day,
    }),
  };
  return experiment as unknown as PublishedExperiment;
}

export const experiments: Versioned<PublishedExperiment>[] = [
  versioned(experimentNamed("checkout-copy", "running"), 4, 4),
  versioned(experimentNamed("free-delivery", "paused"), 6, 6),
  versioned(experimentNamed("search-ranking", "draft"), 1),
  versioned(experimentNamed("welcome-mail", "completed"), 12, 12),
];

export function comparisonOf(
  variant: string,
  metric: string,
  relative: [number, number],
  n = 4_812,
): Comparison {
  const middle = (relative[0] + relative[1]) / 2;
  const meanControl = 0.12;
  const interval: [number, number] = [relative[0] * meanControl, relative[1] * meanControl];
  return {
    variant,
    metric,
    method: metric === "conversion" ? "two_proportion_z" : "welch_t",
    n,
    nControl: 4_790,
    mean: meanControl * (1 + middle),
    meanControl,
    estimate: {
      kind: "estimated",
      difference: middle * meanControl,
      standardError: (interval[1] - interval[0]) / 3.92,
      interval,
      pValue: relative[0] * relative[1] > 0 ? 0.0042 : 0.3121,
      relative: { difference: middle, interval: relative },
    },
  };
}

/** `tick` makes a later result of the same experiment: more people, and intervals a little narrower. */
export function resultOf(
  experiment: PublishedExperiment,
  options: { tick?: number; mismatch?: boolean },
): ExperimentResult {
  const tick = options.tick ?? 0;
  const wobble = Math.sin(tick) / 500;
  const units: Record<string, number> = {
    control: 4_790 + tick,
    short: 4_812 + 2 * tick,
    bold: 4_771 + tick,
  };
  const total = Object.values(units).reduce((sum, count) => sum + count, 0);
  const mismatch = options.mismatch ?? false;
  return {
    environment: "production",
    experiment: experiment.key,
    source: "streaming",
    at: epoch + tick * 1_000,
    revision: tick + 1,
    definition: { experiment, metrics },
    summary: {
      variants: experiment.variants.map(({ key }) => ({ variant: key, units: units[key] ?? 0, metrics: {} })),
      crossovers: 3,
    },
    analysis: {
      alpha: 0.05,
      comparisons: [
        comparisonOf("short", "conversion", [0.021 + wobble, 0.083 + wobble], units["short"]),
        comparisonOf("bold", "conversion", [-0.034 + wobble, 0.029 + wobble]),
        comparisonOf("short", "revenue", [-0.012, 0.094 + wobble]),
        {
          ...comparisonOf("bold", "revenue", [0, 0]),
          estimate: { kind: "too_few_units", units: 71, unitsMin: 100 },
        },
        comparisonOf("short", "page_latency", [-0.021, 0.018]),
        comparisonOf("bold", "page_latency", [-0.09, -0.02]),
      ],
      sampleRatio: {
        kind: "tested",
        chiSquare: mismatch ? 21.3 : 0.17,
        degreesOfFreedom: 2,
        pValue: mismatch ? 0.00002 : 0.9153,
        expected: Object.fromEntries(
          experiment.variants.map(({ key, weight }) => [key, (total * weight) / 10_000]),
        ),
        observed: units,
        mismatch,
      },
    },
    newestEventTs: epoch + tick * 1_000,
  };
}

/** A look an hour: intervals that narrow around an effect, and a plan that was changed on the way. */
export const timeline: Timeline = {
  items: Array.from({ length: 40 }, (_, index) => ({
    at: (epoch - (40 - index) * 3_600_000) as EpochMs,
    phase: 1,
    planVersion: index < 25 ? 1 : 2,
    units: 120 * (index + 1),
    effects: ["short", "bold"].flatMap((variant) =>
      ["conversion", "revenue"].map((metric) => {
        const effect = (variant === "short" ? 0.006 : -0.001) * (metric === "revenue" ? 0.5 : 1);
        const difference = effect + Math.sin(index) / (900 + 90 * index);
        const reach = 0.03 / Math.sqrt(index + 1);
        const interval: [number, number] = [difference - reach, difference + reach];
        return { variant, metric, difference, interval, pValue: interval[0] > 0 ? 0.01 : 0.4 };
      }),
    ),
  })),
};

export const versions = [42, 41, 40, 39].map((version) => ({
  version,
  at: epoch - (42 - version) * day,
  by: version % 2 === 0 ? "ana" : "ben",
  etag: `"${version}"`,
  ...(version === 41 && { note: "Checkout to 25%" }),
  ...(version === 40 && { rollbackOf: 37 }),
})) as PublishedVersion[];
