import type { UnitId, UnitType } from "../protocols/ids.ts";
import { defaultUnitType } from "../protocols/ids.ts";
import { unitIdOf } from "../evaluation/unit.ts";

/** A power of two; 65 536 places of about 120 B with both texts: 8 MB an environment when all are taken. */
const placesMax = 65_536;
/** Longer keys are told apart by comparing them; their ends are enough to spread them. */
const hashedCharacters = 24;

/**
 * Pseudonyms of the raw keys seen lately: asking the same user's flags again costs a look-up instead of a hash. Each key
 * has one place, and whoever comes later has it: with more users than places nothing is moved or swept. Raw keys live
 * here, in memory, and nowhere else.
 */
export class UnitIds {
  readonly #salt: string;
  readonly #keys: (string | undefined)[] = [];
  readonly #unitIds: UnitId[] = [];

  constructor(salt: string) {
    this.#salt = salt;
  }

  get salt(): string {
    return this.#salt;
  }

  of(rawKey: string): UnitId {
    const place = placeOf(rawKey);
    if (this.#keys[place] === rawKey) return this.#unitIds[place] as UnitId;
    const unitId = unitIdOf(this.#salt, defaultUnitType, rawKey);
    if (this.#keys.length === 0) this.#open();
    this.#keys[place] = rawKey;
    this.#unitIds[place] = unitId;
    return unitId;
  }

  /** Other kinds of unit are rare in one request, so only the default kind is kept. */
  ofType(unitType: UnitType, rawKey: string): UnitId {
    return unitType === defaultUnitType ? this.of(rawKey) : unitIdOf(this.#salt, unitType, rawKey);
  }

  /** Most environments of an installation are quiet: their places are not laid out before they are needed. */
  #open(): void {
    for (let place = 0; place < placesMax; place++) {
      this.#keys.push(undefined);
      this.#unitIds.push("" as UnitId);
    }
  }
}

function placeOf(rawKey: string): number {
  let hash = rawKey.length;
  const from = Math.max(0, rawKey.length - hashedCharacters);
  for (let index = from; index < rawKey.length; index++)
    hash = Math.imul(hash ^ rawKey.charCodeAt(index), 0x9e3779b1);
  return (hash ^ (hash >>> 15)) & (placesMax - 1);
}
