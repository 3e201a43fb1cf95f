import { PreloadedSalt, type SaltPool } from "../../evaluation/preloaded-salt.ts";
import { readUnit } from "../../evaluation/unit-words.ts";
import { asksOf, salt, type Kind } from "./plan.ts";
import type { User } from "./users.ts";
import { versionNumber } from "./version-number.ts";

// Straight-line code for the answers of the four cases, with nothing general in it: what evaluating could cost at
// best with this hash. Answers are variation keys.

export type Bare = (user: User) => string;

export function bareOf(kind: Kind, key: string, number: number, pool: SaltPool): Bare {
  switch (kind) {
    case "a":
      return () => "on";
    case "b": {
      const split = new PreloadedSalt(`${salt}:${key}`, pool);
      const { nearCountries, nearPlan, newPlan, newMinor, farMinor, farCountries, patch } = asksOf(number);
      const [near, far] = [new Set(nearCountries), new Set(farCountries)];
      const newest = 9_000_000 + newMinor * 1_000 + patch;
      const farthest = 9_000_000 + farMinor * 1_000 + patch;
      return ({ unitId, attributes: { country, plan, appVersion } }) => {
        if (plan === nearPlan && near.has(country)) return "on";
        if (plan === newPlan && versionNumber(appVersion) >= newest) return "on";
        if (far.has(country) && versionNumber(appVersion) >= farthest) return "off";
        return split.bucketOf(unitId) < 5_000 ? "on" : "off";
      };
    }
    case "c": {
      const layer = new PreloadedSalt(`${salt}:${key}:layer`, pool);
      const variant = new PreloadedSalt(`${salt}:${key}:variant`, pool);
      return ({ unitId }) => {
        if (!readUnit(unitId)) return "off";
        return layer.bucketOfRead() >= 5_000 || variant.bucketOfRead() < 3_400 ? "off" : "on";
      };
    }
  }
}
