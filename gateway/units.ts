import type { UnitId, UnitType } from "../protocols/ids.ts";
import { defaultUnitType } from "../protocols/ids.ts";
import { unitIdOf } from "../evaluation/unit.ts";

/** Two generations of 50 000 keys of about 100 B each: 10 MB an environment. */
const generationSizeMax = 50_000;

/**
 * Pseudonyms of the raw keys seen lately: asking the same user's flags again costs a look-up instead of a hash. Raw
 * keys live here, in memory, and nowhere else.
 */
export class UnitIds {
  readonly #salt: string;
  #young = new Map<string, UnitId>();
  #old = new Map<string, UnitId>();

  constructor(salt: string) {
    this.#salt = salt;
  }

  get salt(): string {
    return this.#salt;
  }

  of(rawKey: string): UnitId {
    const known = this.#young.get(rawKey);
    if (known !== undefined) return known;
    const unitId = this.#old.get(rawKey) ?? unitIdOf(this.#salt, defaultUnitType, rawKey);
    if (this.#young.size >= generationSizeMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(rawKey, unitId);
    return unitId;
  }

  /** Other kinds of unit are rare in one request, so only the default kind is kept. */
  ofType(unitType: UnitType, rawKey: string): UnitId {
    return unitType === defaultUnitType ? this.of(rawKey) : unitIdOf(this.#salt, unitType, rawKey);
  }
}
