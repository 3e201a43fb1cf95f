import { assert } from "../../protocols/assert.ts";
import type { Hash64 } from "../../protocols/hash64.ts";

// 64-bit hash → row number, in open-addressed typed arrays: 8 bytes a row of keys and 4 a slot, with no object for the
// garbage collector to visit. Rows are numbered 0, 1, 2 … as they come, so callers keep columns beside it.

const capacityMin = 64;
/** Half full at most: a failed look-up then probes 2.5 slots on average (Knuth 6.4). */
const slotsPerRow = 2;

export interface HashTableImage {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

export class HashTable {
  #high: Uint32Array;
  #low: Uint32Array;
  /** Row + 1; 0 marks a free slot. */
  #slots: Uint32Array;
  #size = 0;

  constructor(capacity: number = capacityMin) {
    const rows = 2 ** Math.ceil(Math.log2(Math.max(capacity, capacityMin)));
    this.#high = new Uint32Array(rows);
    this.#low = new Uint32Array(rows);
    this.#slots = new Uint32Array(rows * slotsPerRow);
  }

  get size(): number {
    return this.#size;
  }

  /** The row of a key, or −1. */
  find(key: Hash64): number {
    return this.#at(this.#slotOf(key)) - 1;
  }

  /** The row of a key, made when missing: then it equals the size before the call. */
  insert(key: Hash64): number {
    const slot = this.#slotOf(key);
    const present = this.#at(slot);
    if (present !== 0) return present - 1;
    const row = this.#size;
    if (row === this.#high.length) {
      this.#grow();
      return this.insert(key);
    }
    this.#high[row] = key.high;
    this.#low[row] = key.low;
    this.#slots[slot] = row + 1;
    this.#size++;
    return row;
  }

  image(): HashTableImage {
    return { high: this.#high.slice(0, this.#size), low: this.#low.slice(0, this.#size) };
  }

  static of({ high, low }: HashTableImage): HashTable {
    const table = new HashTable(high.length);
    for (let row = 0; row < high.length; row++) {
      const inserted = table.insert({ high: high[row] ?? 0, low: low[row] ?? 0 });
      assert(inserted === row, "an image holds each key once");
    }
    return table;
  }

  #slotOf({ high, low }: Hash64): number {
    const mask = this.#slots.length - 1;
    // Keys are hashes already; one multiplication keeps structured ones (tests, small ids) from clustering.
    let slot = (Math.imul(low ^ high, 0x9e3779b1) >>> 0) & mask;
    for (;;) {
      const row = this.#at(slot) - 1;
      if (row < 0 || (this.#low[row] === low && this.#high[row] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #at(slot: number): number {
    return this.#slots[slot] ?? 0;
  }

  #grow(): void {
    const larger = new HashTable(this.#high.length * 2);
    for (let row = 0; row < this.#size; row++)
      larger.insert({ high: this.#high[row] ?? 0, low: this.#low[row] ?? 0 });
    this.#high = larger.#high;
    this.#low = larger.#low;
    this.#slots = larger.#slots;
  }
}
