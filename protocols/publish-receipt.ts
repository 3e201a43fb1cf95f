import type { AutomaticPause } from "./automatic-pause.ts";
import type { BlastRadius } from "./blast-radius.ts";
import type { EnvironmentCollection, Versioned } from "./versioned.ts";
import type { Issue } from "./errors.ts";
import type { Override } from "./layer.ts";

/** Keys whose published form differs from the version before; collections without any are absent. */
export type ChangedKeys = Readonly<Partial<Record<EnvironmentCollection, readonly string[]>>>;

/** Answer to publish, rollback and lifecycle. */
export interface PublishReceipt {
  readonly version: number;
  readonly etag: string;
  readonly warnings: readonly Issue[];
  readonly changed?: ChangedKeys;
  /** By sampling; absent where one unit or nobody can be concerned. */
  readonly blastRadius?: BlastRadius;
}

/** Answer to an automatic pause: what it published, or that all of it had paused this phase before. */
export type AutomaticPauseReceipt =
  | (PublishReceipt & { readonly paused: true; readonly pause: AutomaticPause })
  | { readonly paused: false };

/** What a publish would answer. Nothing was written. */
export interface PublishPreview extends Omit<PublishReceipt, "etag"> {
  readonly dryRun: true;
  /** Why it would be refused; empty when it would not. */
  readonly problems: readonly Issue[];
  /** Of the plan it would make; absent when it would be refused. */
  readonly etag?: string;
}

/** Answer to putting and removing overrides: those put, and the version that carries the change. */
export interface OverrideReceipt extends PublishReceipt {
  readonly overrides: readonly Versioned<Override>[];
}
