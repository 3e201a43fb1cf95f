import { z } from "zod";
import type { EpochMs } from "./time.ts";

/** What an environment keeps revisions of. */
export const environmentCollections = [
  "flags",
  "segments",
  "metrics",
  "experiments",
  "layers",
  "holdouts",
  "overrides",
] as const;
export const EnvironmentCollection = z.enum(environmentCollections);
export type EnvironmentCollection = z.infer<typeof EnvironmentCollection>;

/** A draft entity with its place in history. */
export interface Versioned<Entity> {
  readonly entity: Entity;
  readonly version: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly updatedBy: string;
  /** Version that the newest plan holds; absent when it holds none. Differs from `version` when there is a draft. */
  readonly publishedVersion?: number;
}
