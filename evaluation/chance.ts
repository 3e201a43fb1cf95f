import { sha256Head } from "./sha256.ts";

/** Chance as it is handed in: runtime's Random fits. */
export interface Chance {
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** The same numbers for the same text (an actor step's entropy): heads of SHA-256 of the text and a counter. */
export function chanceFrom(text: string): Chance {
  let drawn = 0;
  return { fraction: () => sha256Head(`${text}:${drawn++}`) / 2 ** 32 };
}

/** Undefined of an empty list. */
export const oneOf = <Value>(values: readonly Value[], chance: Chance): Value | undefined =>
  values[Math.floor(chance.fraction() * values.length)];
