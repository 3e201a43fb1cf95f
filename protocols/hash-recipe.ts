import { z } from "zod";

// How other systems deal their units. An import keeps the recipe beside the allocation that it brought, so no user
// moves. These recipes hash the raw key (or another attribute), not the unit id: whoever has only a unit id cannot
// follow them, and gets `no_key`.

/** Where the hashed text comes from: the raw targeting key, or an attribute of the context by its path. */
const attribute = z.string().min(1).max(256).optional();

export const HashRecipe = z.discriminatedUnion("profile", [
  /** fnv1a32 twice (version 2) or once (version 1), over UTF-16 code units; position = hash mod 10 000 or 1 000. */
  z.strictObject({
    profile: z.literal("growthbook"),
    version: z.union([z.literal(1), z.literal(2)]),
    seed: z.string().max(500),
    attribute,
  }),
  /** murmur3_x86_32(groupId ":" id, seed) mod `parts`, plus 1. */
  z.strictObject({
    profile: z.literal("unleash"),
    groupId: z.string().max(500),
    seed: z.number().int().min(0),
    parts: z.number().int().min(1),
    attribute,
  }),
  /** (murmur3_32(flagKey + targetingKey) × total weight) >> 32. */
  z.strictObject({
    profile: z.literal("flagd"),
    flagKey: z.string().max(500),
    totalWeight: z.number().int().min(1),
    attribute,
  }),
  /** sha1(key "." salt "." value), 60 bits of it; with `seed`, sha1(seed "." value). */
  z.strictObject({
    profile: z.literal("launchdarkly"),
    key: z.string().max(500),
    salt: z.string().max(500),
    seed: z.number().int().optional(),
    attribute,
  }),
  /** md5 of the ids joined by commas, mod 9 999, of 9 998; the ids again when that is 100 %. */
  z.strictObject({
    profile: z.literal("flagsmith"),
    ids: z.array(z.string().max(500)).max(10),
    /** Stands before the key in its id: an identity's id there is its environment's key, "_" and its own. */
    prefix: z.string().max(500).optional(),
    attribute,
  }),
  /** sha1(flagKey "." id + salt), 60 bits of it. */
  z.strictObject({
    profile: z.literal("posthog"),
    flagKey: z.string().max(500),
    salt: z.string().max(500),
    attribute,
  }),
  /** md5(salt "-" subject), 4 bytes, mod `shards`. */
  z.strictObject({
    profile: z.literal("eppo"),
    salt: z.string().max(500),
    shards: z.number().int().min(1),
    attribute,
  }),
]);
export type HashRecipe = z.infer<typeof HashRecipe>;

/**
 * Half-open range of the unit interval, in the numbers of the system it came from. Where that system's upper bound is
 * included, the importer moves it to the next position of its recipe.
 */
export const UnitRange = z.strictObject({ from: z.number().min(0).max(1), to: z.number().min(0).max(2) });
export type UnitRange = z.infer<typeof UnitRange>;
