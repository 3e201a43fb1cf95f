import { fnv1a } from "../../messaging/address.ts";
import { seededRandom } from "../../ports/random.ts";
import type { Random } from "../../ports/random.ts";

/** Draws from one seed. Each purpose has a sequence of its own, so that one more draw here changes nothing there. */
export interface Chance extends Random {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [low, high]. */
  whole(low: number, high: number): number;
  happens(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
}

export function chanceFor(seed: number, purpose: string): Chance {
  const random = seededRandom(fnv1a(`${seed}/${purpose}`));
  const between = (low: number, high: number): number => low + random.fraction() * (high - low);
  return {
    ...random,
    between,
    whole: (low, high) => Math.floor(between(low, high + 1)),
    happens: (share) => share > 0 && random.fraction() < share,
    pick: (values) => {
      const value = values[Math.floor(random.fraction() * values.length)];
      if (value === undefined) throw new Error("nothing to pick from");
      return value;
    },
  };
}
