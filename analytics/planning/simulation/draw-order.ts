import type { Chance } from "./chance.ts";

/**
 * Which of the own units is drawn next: without repeats while there are enough of them, so that each experiment is a random
 * split of them. Each begins from the same order, whatever was drawn before (Fisher and Yates, undone afterwards).
 */
export class DrawOrder {
  readonly #order: Uint32Array;
  readonly #touched: Uint32Array;
  #drawn = 0;

  constructor(count: number) {
    this.#order = Uint32Array.from({ length: count }, (_, index) => index);
    this.#touched = new Uint32Array(count);
  }

  /** Of an experiment that draws at most so many. */
  begin(chance: Chance, most: number): () => number {
    this.#undo();
    const count = this.#order.length;
    return most > count ? () => chance.below(count) : () => this.#next(chance);
  }

  #next(chance: Chance): number {
    const next = this.#drawn++;
    const at = next + chance.below(this.#order.length - next);
    const picked = this.#order[at] ?? 0;
    this.#order[at] = this.#order[next] ?? 0;
    this.#order[next] = picked;
    this.#touched[next] = at;
    return picked;
  }

  #undo(): void {
    for (let index = 0; index < this.#drawn; index++) {
      const at = this.#touched[index] ?? 0;
      this.#order[at] = at;
      this.#order[index] = index;
    }
    this.#drawn = 0;
  }
}
