import { z } from "zod";
import { RawKey } from "./event.ts";
import { EnvironmentKey, UnitId, UnitType } from "./ids.ts";

// Forgetting people: what is asked, and what becomes of it, store by store.

/** Units of one request: a person's devices, not a list of customers. */
export const deletionUnitsMax = 100;

/** Raw keys become pseudonyms at the gateway and go no further. */
export const DeletionInput = z
  .strictObject({
    units: z.array(RawKey).max(deletionUnitsMax).optional(),
    unitIds: z.array(UnitId).max(deletionUnitsMax).optional(),
    /** Of `units`. Absent: user. */
    unitType: UnitType.optional(),
    /** Kept with the receipt: a ticket's number, not a name. */
    reason: z.string().max(200).optional(),
  })
  .refine(({ units = [], unitIds = [] }) => units.length + unitIds.length > 0, "needs units or unitIds");
export type DeletionInput = z.infer<typeof DeletionInput>;

/**
 * `log`: the deletion is in the event log, for folds and sink. `folds`: rolling sums. `snapshots`: the folds' copies on
 * disk. `warehouse`: ClickHouse. The others are the buckets or Redis, and what was set aside.
 */
export const deletionStores = [
  "log",
  "consents",
  "identities",
  "assignments",
  "letters",
  "folds",
  "snapshots",
  "warehouse",
] as const;
export type DeletionStore = (typeof deletionStores)[number];

export const StoreState = z.strictObject({
  store: z.enum(deletionStores),
  state: z.enum(["pending", "done"]),
  /** What the last look found of the units: nothing, when done. */
  left: z.number().optional(),
  /** Why it is pending. */
  reason: z.string().optional(),
  /** Epoch ms of the last look. */
  at: z.number().optional(),
});
export type StoreState = z.infer<typeof StoreState>;

export const DeletionReceipt = z.strictObject({
  id: z.string(),
  environment: EnvironmentKey,
  state: z.enum(["pending", "done"]),
  /** Prefix of the token that asked. */
  by: z.string(),
  reason: z.string().optional(),
  at: z.number(),
  doneAt: z.number().optional(),
  /** How many units, with those that are linked to the ones asked for. */
  units: z.number(),
  stores: z.array(StoreState),
  /** Overrides that name a unit: they are configuration, and people's to remove. */
  overrides: z.array(z.string()),
  /** Until then the log's own copies of its events and decisions lie on disk, read by nobody who counts: a message of the
   *  log holds those of many units, and goes with its age. */
  retainedUntil: z.number(),
});
export type DeletionReceipt = z.infer<typeof DeletionReceipt>;

export const DeletionList = z.strictObject({ items: z.array(DeletionReceipt) });
export type DeletionList = z.infer<typeof DeletionList>;
