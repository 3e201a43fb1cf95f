import type { RuntimeFailure } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Life } from "./life.ts";
import type { Outbox } from "./outbox.ts";
import { earliestTimer } from "./timers.ts";
import type { WakeNote } from "./wake-note.ts";

export interface Living {
  readonly kind: "live";
  readonly life: Life;
  readonly outbox: Outbox;
}
/** It failed too often, and rests. */
export interface Parked {
  readonly kind: "parked";
  readonly failure: RuntimeFailure;
  readonly untilMs: number;
}

/** The stations of an entity, each with what belongs to it. */
export type EntityState = { readonly kind: "loading" } | { readonly kind: "stopped" } | Living | Parked;

/**
 * When somebody must come back for what a living actor has to do. The note covers an append of which nobody knows
 * whether it was stored.
 */
export function leftOf(
  { life, outbox }: Living,
  note: Pick<WakeNote, "at">,
  now: EpochMs,
): EpochMs | undefined {
  if (outbox.pending.length > 0) return now;
  const times = [earliestTimer(life.committed.timers)?.at, note.at].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : (Math.min(...times) as EpochMs);
}
