import { assert } from "../../protocols/assert.ts";
import { grown, owned } from "./columns.ts";

// 64-bit hash → row number, in open-addressed typed arrays: 8 bytes a row of keys and 5 to 7.5 of slots, with no object
// for the garbage collector to visit. Rows are numbered 0, 1, 2 … as they come, so callers keep columns beside it.

/** A slot holds row + 1 below and 7 bits of the hash above: of 128 others in the way, 127 cost no look at their keys. */
const rowBits = 25;
const rowMask = 2 ** rowBits - 1;
/** 33 million units in one partition: 2 GB of state, more than a host should hold. */
export const rowsMax = rowMask - 1;
/** Four fifths full at most. Tags make probing cheap, so memory is worth more than the last probe. */
const loadMax = 0.8;
const slotsMin = 128;

export interface HashTableImage {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

export class HashTable {
  #high: Uint32Array = new Uint32Array();
  #low: Uint32Array = new Uint32Array();
  #slots = new Uint32Array(slotsMin);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#high.byteLength + this.#low.byteLength + this.#slots.byteLength;
  }

  highOf(row: number): number {
    return this.#high[row] as number;
  }

  lowOf(row: number): number {
    return this.#low[row] as number;
  }

  /** The row of a key, or −1. */
  find(high: number, low: number): number {
    return ((this.#slots[this.#slotOf(high, low)] as number) & rowMask) - 1;
  }

  /** The row of a key, made when missing: then it equals the size before the call. */
  insert(high: number, low: number): number {
    let slot = this.#slotOf(high, low);
    const present = this.#slots[slot] as number;
    if (present !== 0) return (present & rowMask) - 1;
    const row = this.#size;
    assert(row < rowsMax, "a partition's table has room");
    if (row + 1 > this.#slots.length * loadMax) {
      this.#spread(this.#slots.length * (row < 65_536 ? 2 : 1.25));
      slot = this.#slotOf(high, low);
    }
    this.#high = grown(this.#high, row + 1);
    this.#low = grown(this.#low, row + 1);
    this.#high[row] = high;
    this.#low[row] = low;
    this.#slots[slot] = ((tagOf(high) << rowBits) | (row + 1)) >>> 0;
    this.#size++;
    return row;
  }

  image(): HashTableImage {
    return { high: this.#high.subarray(0, this.#size), low: this.#low.subarray(0, this.#size) };
  }

  static of({ high, low }: HashTableImage): HashTable {
    const table = new HashTable();
    table.#high = owned(high);
    table.#low = owned(low);
    table.#size = high.length;
    table.#spread(Math.max(slotsMin, high.length / loadMax + 1));
    return table;
  }

  /** Where a key is, or would be put. */
  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    const wanted = (high >>> rowBits) << rowBits;
    let slot = this.#homeOf(high, low);
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) return slot;
      if ((entry ^ wanted) >>> rowBits === 0) {
        const row = (entry & rowMask) - 1;
        if (this.#low[row] === low && this.#high[row] === high) return slot;
      }
      if (++slot === slots.length) slot = 0;
    }
  }

  #homeOf(high: number, low: number): number {
    // Keys are hashes already; one multiplication keeps structured ones (tests, small ids) from clustering.
    return Math.floor((Math.imul(low ^ high, 0x9e3779b1) >>> 0) * this.#slots.length * 2 ** -32);
  }

  /** Puts all rows into that many slots. */
  #spread(length: number): void {
    const slots = new Uint32Array(Math.ceil(length));
    this.#slots = slots;
    for (let row = 0; row < this.#size; row++) {
      const high = this.#high[row] as number;
      let slot = this.#homeOf(high, this.#low[row] as number);
      while (slots[slot] !== 0) if (++slot === slots.length) slot = 0;
      slots[slot] = ((tagOf(high) << rowBits) | (row + 1)) >>> 0;
    }
  }
}

const tagOf = (high: number): number => high >>> rowBits;
