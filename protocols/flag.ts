import { z } from "zod";
import { always, Condition } from "./condition.ts";
import { ExperimentKey, FlagKey, Key, SegmentKey, UnitId } from "./ids.ts";
import { HashRecipe, UnitRange } from "./hash-recipe.ts";
import { Json } from "./json.ts";
import { Instant } from "./time.ts";

/** Shares are integers out of 10 000 (hundredths of a per cent). */
export const bucketCount = 10_000;
export const Share = z.number().int().min(0).max(bucketCount);

export const flagTypes = ["boolean", "string", "number", "json"] as const;
export const FlagType = z.enum(flagTypes);
export type FlagType = z.infer<typeof FlagType>;

/** Which model of a registry stands behind a variation. */
export const ModelVersion = z.strictObject({
  registry: z.string().max(200).optional(),
  name: z.string().min(1).max(200),
  version: z.string().min(1).max(200),
  alias: z.string().max(200).optional(),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export const Variation = z.strictObject({
  key: Key,
  value: Json,
  name: z.string().max(200).optional(),
  model: ModelVersion.optional(),
});
export type Variation = z.infer<typeof Variation>;

export const SplitPart = z.strictObject({
  variation: Key,
  weight: Share,
  /** Only with the split's `hash`: the part's place in that recipe's own numbers. */
  range: UnitRange.optional(),
});
export type SplitPart = z.infer<typeof SplitPart>;

/**
 * A share of units that grows in time: canary and progressive rollouts hold each step (`step`), a gradual one moves in
 * a straight line from each step to the next (`linear`). Before the first step nobody is in. One salt for all steps, so
 * whoever is in stays in. Units outside get `otherwise`, or evaluation goes on below.
 */
export const Rollout = z.strictObject({
  variation: Key,
  otherwise: Key.optional(),
  ramp: z.enum(["step", "linear"]).default("step"),
  steps: z
    .array(z.strictObject({ at: Instant, share: Share }))
    .min(1)
    .max(100),
  hash: HashRecipe.optional(),
});
export type Rollout = z.infer<typeof Rollout>;

/** What a rule or the fallthrough gives: one variation, a split whose weights sum to 10 000, or an experiment. */
export const Serve = z.union([
  z.strictObject({ variation: Key }),
  z.strictObject({ split: z.array(SplitPart).min(1).max(100), hash: HashRecipe.optional() }),
  z.strictObject({ rollout: Rollout }),
  /** Serves `variation` and names what `candidate` would have been. */
  z.strictObject({ shadow: z.strictObject({ variation: Key, candidate: Key }) }),
  /** A unit that the experiment does not assign gets `otherwise`, or evaluation goes on below. */
  z.strictObject({ experiment: ExperimentKey, otherwise: Key.optional() }),
]);
export type Serve = z.infer<typeof Serve>;

export const Rule = z.strictObject({
  id: Key,
  name: z.string().max(200).optional(),
  when: Condition.default(always),
  serve: Serve,
});
export type Rule = z.infer<typeof Rule>;

export const Prerequisite = z.strictObject({ flag: FlagKey, variations: z.array(Key).min(1) });

export const Flag = z.strictObject({
  key: FlagKey,
  name: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  type: FlagType,
  variations: z.array(Variation).min(1).max(100),
  /** Served when the flag is killed, archived or not enabled, and when nothing else decided. */
  offVariation: Key,
  fallthrough: Serve,
  rules: z.array(Rule).max(10_000).default([]),
  prerequisites: z.array(Prerequisite).max(100).default([]),
  /** Salt of the splits; the flag's key unless an import brought another. */
  salt: z.string().max(200).optional(),
  enabled: z.boolean().default(true),
  killed: z.boolean().default(false),
  status: z.enum(["active", "archived"]).default("active"),
  tags: z.array(z.string().max(100)).max(100).default([]),
  owner: z.string().max(200).optional(),
  expiresAt: Instant.optional(),
  sensitive: z.boolean().default(false),
});
export type Flag = z.infer<typeof Flag>;

export const Segment = z.strictObject({
  key: SegmentKey,
  name: z.string().max(200).optional(),
  included: z.array(UnitId).default([]),
  excluded: z.array(UnitId).default([]),
  /** The unit is in when any rule holds (and it is not excluded). */
  rules: z.array(Condition).max(1_000).default([]),
});
export type Segment = z.infer<typeof Segment>;
