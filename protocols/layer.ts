import { z } from "zod";
import { HoldoutKey, Key, LayerKey, UnitId } from "./ids.ts";
import { Instant } from "./time.ts";

/** Slots of a layer, half-open: from ≤ slot < to. A unit's slot is its bucket under the layer's salt. */
export const SlotRange = z
  .strictObject({ from: z.number().int().min(0).max(9_999), to: z.number().int().min(1).max(10_000) })
  .refine(({ from, to }) => from < to, "must not be empty");
export type SlotRange = z.infer<typeof SlotRange>;

/** Released slots rest: units that an ended experiment changed must not be the next one's sample at once. */
export const QuarantinedSlots = z.strictObject({
  from: z.number().int().min(0),
  to: z.number().int().min(1),
  experiment: Key,
  until: Instant,
});
export type QuarantinedSlots = z.infer<typeof QuarantinedSlots>;

/** Experiments of one layer share no unit: each owns slots. */
export const Layer = z.strictObject({
  key: LayerKey,
  name: z.string().max(200).optional(),
  salt: z.string().max(200).optional(),
  /** Days that released slots rest. */
  quarantineDays: z.number().int().min(0).max(365).default(7),
});
export type Layer = z.infer<typeof Layer>;

/** A layer as published: with the slots that rest. Kept by the environment actor. */
export const PublishedLayer = Layer.extend({ quarantine: z.array(QuarantinedSlots).default([]) });
export type PublishedLayer = z.infer<typeof PublishedLayer>;

/** A share of units kept out of all experiments, or of those with any of the tags. */
export const Holdout = z.strictObject({
  key: HoldoutKey,
  name: z.string().max(200).optional(),
  share: z.number().int().min(0).max(10_000),
  tags: z.array(z.string().max(100)).max(100).default([]),
  endsAt: Instant.optional(),
  salt: z.string().max(200).optional(),
});
export type Holdout = z.infer<typeof Holdout>;

/** One unit or session gets this, whatever the rules say: a variation of a flag, or a variant of an experiment. */
export const Override = z.strictObject({
  key: Key,
  /** Pseudonym of the unit or of the session. */
  unit: UnitId,
  target: z.union([
    z.strictObject({ flag: Key, variation: Key }),
    z.strictObject({ experiment: Key, variant: Key }),
  ]),
  /** From then on it is as if it were not there. */
  expiresAt: Instant.optional(),
  note: z.string().max(500).optional(),
});
export type Override = z.infer<typeof Override>;
