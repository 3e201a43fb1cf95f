import type { Hash64 } from "../../protocols/hash64.ts";
import { HashTable, type HashTableImage } from "./hash-table.ts";

/** Ids a generation: with 8 partitions, 2 to 4 million ids of an environment are remembered, in 16 MB a partition. */
export const generationLengthMax = 262_144;

export interface IdWindowImage {
  readonly current: HashTableImage;
  readonly previous: HashTableImage;
}

/**
 * Which event ids were seen lately. Two generations: when the current one is full it becomes the previous, so between
 * one and two generations are remembered, in bounded memory and without a clock.
 */
export class IdWindow {
  #current = new HashTable();
  #previous = new HashTable();

  /** Remembers an id; true when it was not known. */
  add(id: Hash64): boolean {
    if (this.#previous.find(id) >= 0 || this.#current.find(id) >= 0) return false;
    if (this.#current.size >= generationLengthMax) {
      this.#previous = this.#current;
      this.#current = new HashTable();
    }
    this.#current.insert(id);
    return true;
  }

  image(): IdWindowImage {
    return { current: this.#current.image(), previous: this.#previous.image() };
  }

  static of(image: IdWindowImage): IdWindow {
    const window = new IdWindow();
    window.#current = HashTable.of(image.current);
    window.#previous = HashTable.of(image.previous);
    return window;
  }
}
