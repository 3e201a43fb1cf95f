import type { HashRecipe } from "../../protocols/hash-recipe.ts";
import { fnv1a32 } from "./fnv1a32.ts";
import { md5 } from "./md5.ts";
import { murmur3 } from "./murmur3.ts";
import { sha1 } from "./sha1.ts";

/** Where a text (the raw key, or the attribute as text) lies between 0 and 1, in the very numbers of the recipe's system. */
export type Position = (text: string) => number;

/**
 * Other systems' bucketing, exactly, so that ranges brought from there hold the same users. Positions are compared
 * half-open with ranges: from ≤ position < to. Highest first where it is not obvious: Unleash counts from 1, so its
 * last position is 1; LaunchDarkly's, Flagsmith's and PostHog's scales include 1 too.
 */
export function positionOf(recipe: HashRecipe): Position {
  switch (recipe.profile) {
    case "growthbook": {
      const { seed } = recipe;
      if (recipe.version === 1) return (text) => (fnv1a32(text + seed) % 1_000) / 1_000;
      return (text) => (fnv1a32(String(fnv1a32(seed + text))) % 10_000) / 10_000;
    }
    case "unleash": {
      const { groupId, seed, parts } = recipe;
      const prefix = `${groupId}:`;
      return (text) => ((murmur3(prefix + text, seed) % parts) + 1) / parts;
    }
    case "flagd": {
      const { flagKey, totalWeight } = recipe;
      return (text) => scaled(murmur3(flagKey + text, 0), totalWeight) / totalWeight;
    }
    case "launchdarkly": {
      const prefix = recipe.seed === undefined ? `${recipe.key}.${recipe.salt}.` : `${recipe.seed}.`;
      return (text) => sixtyBits(sha1(prefix + text));
    }
    case "flagsmith":
      return flagsmithPosition([...recipe.ids, recipe.prefix ?? ""].join(","));
    case "posthog": {
      const { flagKey, salt } = recipe;
      return (text) => sixtyBits(sha1(`${flagKey}.${text}${salt}`));
    }
    case "eppo": {
      const { salt, shards } = recipe;
      return (text) => (((md5(`${salt}-${text}`)[0] as number) >>> 0) % shards) / shards;
    }
  }
}

/** (hash × total) >> 32 without 64-bit integers: both halves' products stay below 2^53 for totals below 2^37. */
function scaled(hash: number, total: number): number {
  const high = Math.floor(hash / 0x1_0000) * total;
  const low = Math.floor(((hash % 0x1_0000) * total) / 0x1_0000);
  return Math.floor((high + low) / 0x1_0000);
}

/** The first 15 hexadecimal digits, rounded to a double as those systems' JavaScript does, of as many digits f. */
const sixtyBits = (words: Readonly<Int32Array>): number =>
  (((words[0] as number) >>> 0) * 2 ** 28 + ((words[1] as number) >>> 4)) / 2 ** 60;

/** The digest's 128 bits mod 9 999, of 9 998. The last position is 100 % there, which they avoid by hashing the ids again, twice over and so on. */
function flagsmithPosition(prefix: string): Position {
  return (text) => {
    const ids = prefix + text;
    let repeated = ids;
    for (let times = 1; times <= repetitionsMax; times++) {
      let rest = 0;
      for (const word of md5(repeated)) rest = (rest * 2 ** 32 + (word >>> 0)) % 9_999;
      if (rest < 9_998) return rest / 9_998;
      repeated += `,${ids}`;
    }
    return 0;
  };
}

/** Each repetition is needed with a chance of 1 in 9 999. */
const repetitionsMax = 8;
