import type { HashRecipe } from "../../protocols/hash-recipe.ts";
import type { Json } from "../../protocols/json.ts";

// Recipes inside a condition's value reach an evaluator unparsed, and it loads no schema library.

type Members = Readonly<Record<string, Json>>;
type Check = (value: Json | undefined) => boolean;

const text: Check = (value) => typeof value === "string";
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const attribute = optional((value) => typeof value === "string" && value !== "");

const shapes: Readonly<Record<HashRecipe["profile"], Readonly<Record<string, Check>>>> = {
  growthbook: { version: (value) => value === 1 || value === 2, seed: text, attribute },
  unleash: {
    groupId: text,
    seed: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    parts: count,
    attribute,
  },
  flagd: { flagKey: text, totalWeight: count, attribute },
  launchdarkly: { key: text, salt: text, seed: optional((value) => Number.isSafeInteger(value)), attribute },
  flagsmith: {
    ids: (value) => Array.isArray(value) && value.every(text),
    prefix: optional(text),
    attribute,
  },
  posthog: { flagKey: text, salt: text, attribute },
  eppo: { salt: text, shards: count, attribute },
};
const byProfile: ReadonlyMap<unknown, Readonly<Record<string, Check>>> = new Map(Object.entries(shapes));

/** The recipe when it is one that this version knows. */
export function recipeOf(value: Json | undefined): HashRecipe | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { profile, ...members } = value as Members;
  const shape = byProfile.get(profile);
  if (shape === undefined || Object.keys(members).some((name) => !Object.hasOwn(shape, name)))
    return undefined;
  return Object.entries(shape).every(([name, check]) => check(members[name]))
    ? (value as unknown as HashRecipe)
    : undefined;
}

export interface HashRanges {
  readonly recipe: HashRecipe;
  /** Half-open, in the recipe's numbers. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

/** The constant of an `in_hash_range` condition. */
export function hashRangesOf(constant: Json | undefined): HashRanges | undefined {
  if (typeof constant !== "object" || constant === null || Array.isArray(constant)) return undefined;
  const { recipe, ranges, ...others } = constant as Members;
  const known = recipeOf(recipe);
  if (known === undefined || !Array.isArray(ranges) || Object.keys(others).length > 0) return undefined;
  return ranges.every(isRange)
    ? { recipe: known, ranges: ranges as unknown as HashRanges["ranges"] }
    : undefined;
}

function isRange(value: Json): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { from, to, ...others } = value as Members;
  return (
    typeof from === "number" &&
    typeof to === "number" &&
    Number.isFinite(from) &&
    Number.isFinite(to) &&
    Object.keys(others).length === 0
  );
}
