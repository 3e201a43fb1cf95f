import { z } from "zod";
import { always, Condition } from "./condition.ts";
import { ExperimentKey, FlagKey, Key, SegmentKey, UnitId } from "./ids.ts";
import { Json } from "./json.ts";
import { Instant } from "./time.ts";

/** Shares are integers out of 10 000 (hundredths of a per cent). */
export const bucketCount = 10_000;
export const Share = z.number().int().min(0).max(bucketCount);

export const flagTypes = ["boolean", "string", "number", "json"] as const;
export const FlagType = z.enum(flagTypes);
export type FlagType = z.infer<typeof FlagType>;

export const Variation = z.strictObject({ key: Key, value: Json, name: z.string().max(200).optional() });
export type Variation = z.infer<typeof Variation>;

export const SplitPart = z.strictObject({ variation: Key, weight: Share });
export type SplitPart = z.infer<typeof SplitPart>;

/** What a rule or the fallthrough gives: one variation, a split whose weights sum to 10 000, or an experiment. */
export const Serve = z.union([
  z.strictObject({ variation: Key }),
  z.strictObject({ split: z.array(SplitPart).min(1).max(100) }),
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
