import type { FollowEnd, Following } from "../ports/connection.ts";

/** The stations of a live fold, each with what belongs to it. */
export type FoldLife =
  | { readonly kind: "loading" }
  | { readonly kind: "live"; readonly following: Following; readonly interrupt: (end: FollowEnd) => void }
  | { readonly kind: "parked"; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: "stopped" };

/** Between two looks at the stream: a purge or a roll-back is noticed, and the lag measured, this late at most. */
export const lookIntervalMsDefault = 3_000;
export const opening = {
  pauseMsMax: 5_000,
  /** Openings that fail in a row, some eight seconds, before whoever asks is sent away instead of kept waiting. */
  attemptsMax: 8,
  /** A life of that length ends a row of failures. */
  steadyMs: 30_000,
} as const;
/** A leader that answers for the last time may know less than we read: a short stream is believed after four seconds. */
export const shortLook = { looksMax: 20, pauseMs: 200 } as const;
