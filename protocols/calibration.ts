import { z } from "zod";
import { History } from "./history.ts";
import { MetricKey } from "./ids.ts";
import type { HistoryFound } from "./power-answer.ts";

// A/A calibration: the environment's own past, split at random again and again. Nothing differs between the halves, so
// whatever a method finds there is a false alarm, and there should be as many as it promises.

export const splitsMax = 10_000;
export const calibratedMetricsMax = 50;

export const CalibrationRequest = z.strictObject({
  /** Absent: all of the environment's. */
  metrics: z.array(MetricKey).min(1).max(calibratedMetricsMax).optional(),
  history: History.prefault({}),
  splits: z.number().int().min(100).max(splitsMax).default(1_000),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  alpha: z.number().gt(0).lt(1).default(0.05),
  /** Units in all at which always-valid intervals are narrowest. */
  tunedFor: z.number().int().min(100).max(1_000_000_000).default(5_000),
});
export type CalibrationRequest = z.infer<typeof CalibrationRequest>;

export const calibratedMethods = [
  /** Once, at the end: the test that the metric's kind calls for. */
  "fixed",
  /** The same with the metric's covariate. */
  "cuped",
  /** After every day, stopped at the first interval without 0. */
  "always_valid",
  /** At five looks with O'Brien-Fleming spending. */
  "group_sequential",
  /** Once, at the end, at p < 0.01. */
  "sample_ratio",
  /** After every day, at p < 0.01. */
  "sequential_sample_ratio",
] as const;
export type CalibratedMethod = (typeof calibratedMethods)[number];

/** Why a method was not calibrated on a metric. */
export type NotCalibrated =
  | { readonly kind: "no_units" }
  | { readonly kind: "no_answer" }
  | { readonly kind: "needs_rows" }
  | { readonly kind: "metric_not_found" }
  | { readonly kind: "too_few_looks" }
  | { readonly kind: "too_many_rows"; readonly rowsMax: number };

export interface Calibrated {
  readonly kind: "calibrated";
  /** Splits with an answer. */
  readonly tests: number;
  readonly silent: number;
  readonly rejections: number;
  /** What the method promises: exactly so many, or at most. */
  readonly promised: number;
  readonly promise: "exactly" | "at_most";
  readonly rate: number;
  /** Wilson's, 95 %. */
  readonly interval: readonly [number, number];
  /** Exact binomial p of "the rate is the promised one". */
  readonly pValue: number;
  /** Kolmogorov-Smirnov test of the p-values against the uniform distribution; of methods that look once. */
  readonly uniformity?: { readonly statistic: number; readonly pValue: number };
  /** Of their p-values: how many lie in each twentieth. */
  readonly histogram?: readonly number[];
  readonly verdict: "as_promised" | "too_many" | "too_few" | "not_uniform";
  /** "61 of 1,000 rejected: 6.1 %, 4.8–7.8 %: as promised". */
  readonly words: string;
}

export interface CalibrationRow {
  /** Absent: of the units themselves. */
  readonly metric?: string;
  readonly method: CalibratedMethod;
  readonly result: Calibrated | NotCalibrated;
}

export interface CalibratedMetric {
  readonly metric: string;
  /** Units that it counts at the end. */
  readonly units: number;
  /** Whether it was followed from day to day, or each unit counted with its last value from its first day on. */
  readonly followed: "by_day" | "by_entry";
}

export interface CalibrationReport {
  readonly environment: string;
  readonly history: HistoryFound;
  readonly splits: number;
  readonly seed: number;
  readonly alpha: number;
  readonly metrics: readonly CalibratedMetric[];
  readonly rows: readonly CalibrationRow[];
  /** Whether any method rejects more than it promises, beyond chance. */
  readonly off: boolean;
  readonly tookMs: number;
}
