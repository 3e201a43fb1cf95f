import type { Evaluation } from "../protocols/decision.ts";
import type { FlagProgram } from "./flag-program.ts";

/**
 * Flags by key. Two things make it faster than a Map: a key asked again is compared by its address, as in a loop over
 * users or a page that asks one flag, and an object used as a dictionary finds an interned key by its stored hash, where
 * a Map calls out. It has no prototype, so `constructor` and `__proto__` are keys like any other.
 */
export class FlagTable {
  readonly #byKey: Readonly<Record<string, FlagProgram>>;
  #asked = "";
  #found: FlagProgram | undefined;
  #answer: Evaluation | undefined;

  constructor(flags: ReadonlyMap<string, FlagProgram>) {
    const byKey = Object.create(null) as Record<string, FlagProgram>;
    for (const [key, flag] of flags) byKey[key] = flag;
    this.#byKey = byKey;
    this.#found = byKey[""];
  }

  /** The answer of the flag that was asked last, when everybody gets the same: all that deciding it again takes. */
  answer(key: string): Evaluation | undefined {
    return key === this.#asked ? this.#answer : undefined;
  }

  get(key: string): FlagProgram | undefined {
    if (key === this.#asked) return this.#found;
    const found = this.#byKey[key];
    this.#asked = key;
    this.#found = found;
    this.#answer = found?.constant;
    return found;
  }
}
