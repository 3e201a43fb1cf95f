import { unitIdOf } from "../../evaluation/unit.ts";
import type { UnitId } from "../../protocols/ids.ts";

/** What the contexts of every case hold; flat, as clients send them. */
export interface UserAttributes extends Readonly<Record<string, unknown>> {
  readonly country: string;
  readonly plan: string;
  readonly appVersion: string;
  readonly platform: string;
  readonly age: number;
  readonly beta: boolean;
}

export interface User {
  readonly unitId: UnitId;
  readonly attributes: UserAttributes;
  readonly now: number;
}

export const unitSalt = "bench-unit-salt";
export const countries = Array.from({ length: 20 }, (_, index) => `C${index}`);
export const plans = ["free", "basic", "pro", "enterprise"];
const platforms = ["ios", "android", "web"];

/** Numbers that look random and are the same in every run (mulberry32). */
export function sequenceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) * below) / 2 ** 32;
  };
}

/** Users parsed from JSON, so that their strings and shapes are those of contexts that came over a wire. */
export function usersOf(count: number): User[] {
  const next = sequenceOf(7);
  const pick = (values: readonly string[]): string => values[Math.floor(next(values.length))] ?? "";
  return Array.from({ length: count }, (_, index) => {
    const attributes = JSON.stringify({
      country: pick(countries),
      plan: pick(plans),
      appVersion: `${Math.floor(next(10))}.${Math.floor(next(20))}.${Math.floor(next(30))}`,
      platform: pick(platforms),
      age: 18 + Math.floor(next(60)),
      beta: next(1) < 0.1,
    });
    return {
      unitId: unitIdOf(unitSalt, "user", `user-${index}`),
      attributes: JSON.parse(attributes) as UserAttributes,
      now: 1_000,
    };
  });
}
