import { z } from "zod";

/** Milliseconds since 1970-01-01T00:00Z: every instant inside Weir. ISO 8601 appears only on HTTP. */
export const EpochMs = z.number().int().min(-8.64e15).max(8.64e15).brand<"EpochMs">();
export type EpochMs = z.infer<typeof EpochMs>;

/** A length of time in milliseconds. */
export const DurationMs = z.number().int().nonnegative().brand<"DurationMs">();
export type DurationMs = z.infer<typeof DurationMs>;

export const milliseconds = (count: number): DurationMs => DurationMs.parse(Math.round(count));

/** What a client may send as an instant: epoch milliseconds or an RFC 3339 date-time. */
export const Instant = z
  .union([z.number().int(), z.iso.datetime({ offset: true })])
  .transform((value) => (typeof value === "number" ? value : Date.parse(value)))
  .pipe(EpochMs);
