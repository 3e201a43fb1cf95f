import type { UnitId } from "../../protocols/ids.ts";
import type { Unit } from "./event-queue.ts";

/** Half of what is remembered: two generations of 50 000 texts of about 40 bytes are 4 MB. */
const generationMax = 50_000;
/** What the service said of a unit holds for so long; then it is asked again, by an event that it may drop. */
const heardMs = 600_000;

/**
 * Units that are not to be tracked: the application said so, or the service did when it dropped an event. Forgetting one
 * costs a request, since the service drops what comes of it.
 */
export class ConsentBook {
  readonly #max: number;
  readonly #unitIdOf: (unit: Unit) => UnitId | undefined;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** `unitIdOf` knows the pseudonym of a raw key once there is a configuration. */
  constructor(unitIdOf: (unit: Unit) => UnitId | undefined, max = generationMax) {
    this.#unitIdOf = unitIdOf;
    this.#max = max;
  }

  denies(unit: Unit, now: number): boolean {
    if (this.#young.size + this.#old.size === 0) return false;
    return this.#namesOf(unit).some(
      (name) => (this.#young.get(name) ?? this.#old.get(name) ?? Number.NEGATIVE_INFINITY) > now,
    );
  }

  /** The application's word: it holds until its next. */
  said(unit: Unit, granted: boolean): void {
    if (granted) this.#forget(unit);
    else this.#deny(unit, Number.POSITIVE_INFINITY);
  }

  /** The service dropped an event of this unit. */
  heard(unit: Unit, now: number): void {
    if (!this.denies(unit, now)) this.#deny(unit, now + heardMs);
  }

  #deny(unit: Unit, until: number): void {
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    for (const name of this.#namesOf(unit)) this.#young.set(name, until);
  }

  #forget(unit: Unit): void {
    for (const name of this.#namesOf(unit)) {
      this.#young.delete(name);
      this.#old.delete(name);
    }
  }

  /** No pseudonym begins with a blank. */
  #namesOf(unit: Unit): readonly string[] {
    const unitId = this.#unitIdOf(unit);
    const names = unitId === undefined ? [] : [unitId as string];
    return "rawKey" in unit ? [...names, ` ${unit.rawKey}`] : names;
  }
}
