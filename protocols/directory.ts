import { z } from "zod";
import { DecisionLogMode } from "./decision-log.ts";
import { EnvironmentKey, Key } from "./ids.ts";
import { EpochMs } from "./time.ts";

export const scopes = [
  "flags:evaluate",
  "ingestion:write",
  "ingestion:backfill",
  "experiments:read",
  "experiments:write",
  "metrics:read",
  "metrics:write",
  "reports:read",
  "admin",
] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/** A browser token is public by nature: it may hold no scope but these two, and never reads a plan. */
export const browserScopes: readonly Scope[] = ["flags:evaluate", "ingestion:write"];

/** A token as stored: never its text. */
export const TokenRecord = z.strictObject({
  /** SHA-256 of the token's text, hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, to recognise it by. */
  prefix: z.string().max(20),
  name: z.string().max(200),
  kind: z.enum(["server", "browser"]),
  scopes: z.array(Scope).min(1),
  /** Absent: every environment. */
  environment: EnvironmentKey.optional(),
  createdAt: EpochMs,
  expiresAt: EpochMs.optional(),
});
export type TokenRecord = z.infer<typeof TokenRecord>;

/** An experiment of a year, and five weeks to look at it: longer, no assignment is kept. */
export const assignmentDaysMax = 400;
/** How long the assignment store remembers. */
export const AssignmentDays = z.number().int().min(1).max(assignmentDaysMax);
export const assignmentDaysDefault = 90;

export const EnvironmentRecord = z.strictObject({
  key: EnvironmentKey,
  project: Key,
  name: z.string().max(200),
  production: z.boolean(),
  partitions: z.number().int().min(1),
  createdAt: EpochMs,
  /** Archived: no longer folded or served; its data stays. */
  archived: z.boolean(),
  /** Absent: async. */
  decisionLog: DecisionLogMode.optional(),
  /** `required`: nothing of a unit is stored before it consented. Absent: assumed, until a unit opts out. */
  consent: z.enum(["assumed", "required"]).optional(),
  /** Days that a kept assignment outlives its making; absent: `assignmentDaysDefault`. Old records may say ten years. */
  assignmentDays: z.number().int().min(1).max(3_650).optional(),
});
export type EnvironmentRecord = z.infer<typeof EnvironmentRecord>;

/** What every process must know of the organisation. Bucket DIRECTORY, key `organisationKey`; version never goes back. */
export const Directory = z.strictObject({
  version: z.number().int().min(1),
  projects: z.array(z.strictObject({ key: Key, name: z.string() })),
  environments: z.array(EnvironmentRecord),
  tokens: z.array(TokenRecord),
});
export type Directory = z.infer<typeof Directory>;
