import { z } from "zod";
import { PublishedExperiment } from "./experiment.ts";
import { Flag, Segment } from "./flag.ts";
import {
  EnvironmentKey,
  ExperimentKey,
  FlagKey,
  HoldoutKey,
  Key,
  LayerKey,
  MetricKey,
  SegmentKey,
} from "./ids.ts";
import { Holdout, Override, PublishedLayer } from "./layer.ts";
import { Metric } from "./metric.ts";
import { EpochMs } from "./time.ts";

/** Version of the plan's own format. Numbers are never reused. */
export const planFormat = 2; // 1: flags, segments, experiments, metrics; SHA-256 buckets. 2: layers, holdouts, overrides.

/**
 * One immutable, numbered configuration of an environment: all an evaluator reads. Every reference in it resolves;
 * compile() (evaluation/compile.ts) is the only maker.
 */
export const Plan = z.strictObject({
  /** Format 1 is format 2 without the members that are new in it. */
  format: z.union([z.literal(1), z.literal(planFormat)]),
  environment: EnvironmentKey,
  version: z.number().int().min(1),
  publishedAt: EpochMs,
  /** Prefix of every bucketing salt. */
  salt: z.string().min(1),
  /** Salt of the unit ids: whoever holds a raw key and this can compute the pseudonym. */
  unitSalt: z.string().min(1),
  partitions: z.number().int().min(1),
  flags: z.record(FlagKey, Flag),
  segments: z.record(SegmentKey, Segment),
  experiments: z.record(ExperimentKey, PublishedExperiment),
  metrics: z.record(MetricKey, Metric),
  layers: z.record(LayerKey, PublishedLayer).optional(),
  holdouts: z.record(HoldoutKey, Holdout).optional(),
  overrides: z.record(Key, Override).optional(),
});
export type Plan = z.infer<typeof Plan>;

/** A plan with proof of origin. `etag` is the SHA-256 (hex) of the plan's canonical JSON; both signatures cover it. */
export const SignedPlan = z.strictObject({
  plan: Plan,
  etag: z.string().regex(/^[0-9a-f]{64}$/),
  /** HMAC-SHA-256 over the etag's text, hex. For processes that share the installation's secret. */
  hmac: z.string(),
  /** Ed25519 over the etag's text, base64url. For anybody with the public key. */
  ed25519: z.string(),
});
export type SignedPlan = z.infer<typeof SignedPlan>;
