import { z } from "zod";

// Work that takes a while: whoever asked for it gave it a name, by which it can be followed and given up.

/** Hard to guess, as it is all that is asked of whoever wants to follow it. */
export const JobId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, "must be 16 to 64 letters, digits, _ or -");
export type JobId = z.infer<typeof JobId>;

export const JobMessage = z.strictObject({ type: z.enum(["progress", "cancel"]) });

export interface JobProgress {
  /** From 0 to 1. */
  readonly share: number;
  readonly what: string;
}
