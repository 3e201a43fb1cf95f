/** Half of what is remembered: two generations of 50 000 texts of about 80 bytes are 8 MB. */
const generationMax = 50_000;

/**
 * Which exposures were already recorded. Two generations: when the young one is full it becomes the old one and the
 * old one is forgotten, so memory is bounded and what is asked again and again stays known.
 */
export class ExposureWindow {
  readonly #max: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(max = generationMax) {
    this.#max = max;
  }

  /** True the first time a unit is seen in this phase of the experiment. */
  isNew(unitId: string, experiment: string, phase: number): boolean {
    const key = `${unitId}\n${experiment}\n${phase}`;
    if (this.#young.has(key)) return false;
    const known = this.#old.has(key);
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
    return !known;
  }
}
