import { PreloadedSalt } from "../../evaluation/preloaded-salt.ts";
import { farCountries, nearCountries, salt, type Kind } from "./plan.ts";
import type { User } from "./users.ts";

// Straight-line code for the answers of the four cases, with nothing general in it: what evaluating could cost at
// best with this hash. Answers are variation keys.

export type Bare = (user: User) => string;

const near = new Set(nearCountries);
const far = new Set(farCountries);

/** Enough of a version comparison for versions that are known to be well formed. */
function versionNumber(text: string): number {
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  return (
    Number(text.slice(0, first)) * 1e6 +
    Number(text.slice(first + 1, second)) * 1e3 +
    Number(text.slice(second + 1))
  );
}

export function bareOf(kind: Kind, key: string): Bare {
  switch (kind) {
    case "a":
      return () => "on";
    case "b": {
      const split = new PreloadedSalt(`${salt}:${key}`);
      return ({ unitId, attributes: { country, plan, appVersion } }) => {
        if (plan === "enterprise" && near.has(country)) return "on";
        if (plan === "pro" && versionNumber(appVersion) >= 9_010_000) return "on";
        if (far.has(country) && versionNumber(appVersion) >= 9_005_000) return "off";
        return split.bucketOf(unitId) < 5_000 ? "on" : "off";
      };
    }
    case "c": {
      const allocation = new PreloadedSalt(`${salt}:${key}:allocation`);
      const variant = new PreloadedSalt(`${salt}:${key}:variant`);
      return ({ unitId }) =>
        allocation.bucketOf(unitId) >= 5_000 || variant.bucketOf(unitId) < 3_400 ? "off" : "on";
    }
  }
}
