import { z } from "zod";
import { UnitId } from "./ids.ts";
import { Override } from "./layer.ts";

const RawKey = z.string().min(1).max(1_024);

/**
 * An override as people write it: for a unit by its pseudonym (`unit`) or its raw key (`userId`), or for a session by
 * its raw key (`sessionId`). Exactly one of them; raw keys become pseudonyms at the gateway and go no further.
 */
export const OverrideInput = Override.omit({ unit: true })
  .extend({ unit: UnitId.optional(), userId: RawKey.optional(), sessionId: RawKey.optional() })
  .strict()
  .refine(
    ({ unit, userId, sessionId }) =>
      [unit, userId, sessionId].filter((named) => named !== undefined).length === 1,
    "needs one of unit, userId and sessionId",
  );
export type OverrideInput = z.infer<typeof OverrideInput>;
