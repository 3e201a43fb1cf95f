import { assert } from "../../protocols/assert.ts";
import { grown, owned } from "./columns.ts";

// Which experiments a unit is in, and at which row of each. An experiment is known by its slot, 0, 1, 2 …; a unit has one
// bit a slot, so that a record's experiments are the bits of its unit and of its event's name. The rows of a unit's
// experiments lie in the order of their slots: one in the unit's own column, more in a block of a shared pool.
// 8 bytes a unit with up to 32 experiments in the environment, and 4 to 8 more for each beyond a unit's first.

export interface MembersImage {
  readonly words: number;
  readonly bits: Uint32Array;
  /** Of all units in turn. */
  readonly rows: Uint32Array;
}

export class Members {
  #words = 1;
  #bits: Uint32Array = new Uint32Array();
  /** The row itself with one experiment, the place of the block with more. */
  #heads = new Uint32Array();
  #pool = new Uint32Array();
  #poolLength = 0;
  /** Free blocks by the logarithm of their length. */
  readonly #free: number[][] = [];

  /** 32-bit words of slots a unit. */
  get words(): number {
    return this.#words;
  }

  get byteLength(): number {
    return this.#bits.byteLength + this.#heads.byteLength + this.#pool.byteLength;
  }

  /** Makes room for a unit. */
  cover(unit: number): void {
    this.#heads = grown(this.#heads, unit + 1);
    this.#bits = grown(this.#bits, (unit + 1) * this.#words);
  }

  /** Makes room for experiments up to this slot. */
  coverSlot(slot: number): void {
    const words = (slot >>> 5) + 1;
    if (words <= this.#words) return;
    const units = Math.floor(this.#bits.length / this.#words);
    const wider = new Uint32Array(units * words);
    for (let unit = 0; unit < units; unit++)
      for (let word = 0; word < this.#words; word++) wider[unit * words + word] = this.bitsOf(unit, word);
    this.#bits = wider;
    this.#words = words;
  }

  bitsOf(unit: number, word: number): number {
    return this.#bits[unit * this.#words + word] as number;
  }

  /** The unit's row in an experiment, or −1. */
  rowOf(unit: number, slot: number): number {
    if (((this.bitsOf(unit, slot >>> 5) >>> (slot & 31)) & 1) === 0) return -1;
    const head = this.#heads[unit] as number;
    return this.#countOf(unit) === 1 ? head : (this.#pool[head + this.#rankOf(unit, slot)] as number);
  }

  add(unit: number, slot: number, row: number): void {
    const count = this.#countOf(unit);
    const rank = this.#rankOf(unit, slot);
    const head = this.#heads[unit] as number;
    if (count === 0) {
      this.#heads[unit] = row;
    } else if (count === 1) {
      const block = this.#take(1);
      this.#pool[block + rank] = row;
      this.#pool[block + 1 - rank] = head;
      this.#heads[unit] = block;
    } else {
      const order = orderOf(count);
      const block = count < 1 << order ? head : this.#take(order + 1);
      this.#pool.copyWithin(block + rank + 1, head + rank, head + count);
      if (block !== head) {
        this.#pool.copyWithin(block, head, head + rank);
        this.#release(head, order);
        this.#heads[unit] = block;
      }
      this.#pool[block + rank] = row;
    }
    this.#flip(unit, slot);
  }

  remove(unit: number, slot: number): void {
    const count = this.#countOf(unit);
    const rank = this.#rankOf(unit, slot);
    const head = this.#heads[unit] as number;
    if (count === 2) {
      this.#heads[unit] = this.#pool[head + 1 - rank] as number;
      this.#release(head, 1);
    } else if (count > 2) {
      this.#pool.copyWithin(head + rank, head + rank + 1, head + count);
      const order = orderOf(count - 1);
      if (order < orderOf(count)) {
        const block = this.#take(order);
        this.#pool.copyWithin(block, head, head + count - 1);
        this.#release(head, order + 1);
        this.#heads[unit] = block;
      }
    }
    this.#flip(unit, slot);
  }

  /** Slots and rows of a unit, in the order of slots. */
  of(unit: number): { readonly slot: number; readonly row: number }[] {
    const found: { slot: number; row: number }[] = [];
    for (let word = 0; word < this.#words; word++)
      for (let bits = this.bitsOf(unit, word); bits !== 0; bits &= bits - 1) {
        const slot = word * 32 + lowestBit(bits);
        found.push({ slot, row: this.rowOf(unit, slot) });
      }
    return found;
  }

  image(units: number): MembersImage {
    const bits = this.#bits.subarray(0, units * this.#words);
    const rows = new Uint32Array(bits.reduce((count, word) => count + bitCount(word), 0));
    let length = 0;
    for (let unit = 0; unit < units; unit++) {
      const count = this.#countOf(unit);
      const head = this.#heads[unit] as number;
      if (count === 1) rows[length++] = head;
      else for (let index = 0; index < count; index++) rows[length++] = this.#pool[head + index] as number;
    }
    return { words: this.#words, bits, rows };
  }

  static of({ words, bits, rows }: MembersImage): Members {
    const members = new Members();
    members.#words = words;
    members.#bits = owned(bits);
    const units = bits.length / words;
    members.#heads = new Uint32Array(units);
    let read = 0;
    for (let unit = 0; unit < units; unit++) {
      const count = members.#countOf(unit);
      if (count === 1) members.#heads[unit] = rows[read] as number;
      if (count > 1) {
        const block = members.#take(orderOf(count));
        members.#pool.set(rows.subarray(read, read + count), block);
        members.#heads[unit] = block;
      }
      read += count;
    }
    return members;
  }

  #countOf(unit: number): number {
    const first = unit * this.#words;
    let count = 0;
    for (let word = 0; word < this.#words; word++) count += bitCount(this.#bits[first + word] as number);
    return count;
  }

  /** How many of the unit's experiments have a lower slot. */
  #rankOf(unit: number, slot: number): number {
    const first = unit * this.#words;
    const last = slot >>> 5;
    let rank = bitCount((this.#bits[first + last] as number) & ((1 << (slot & 31)) - 1));
    for (let word = 0; word < last; word++) rank += bitCount(this.#bits[first + word] as number);
    return rank;
  }

  #flip(unit: number, slot: number): void {
    const place = unit * this.#words + (slot >>> 5);
    this.#bits[place] = ((this.#bits[place] as number) ^ (1 << (slot & 31))) >>> 0;
  }

  #take(order: number): number {
    const free = this.#free[order]?.pop();
    if (free !== undefined) return free;
    const block = this.#poolLength;
    this.#poolLength += 1 << order;
    this.#pool = grown(this.#pool, this.#poolLength);
    assert(this.#poolLength < 2 ** 32, "places of blocks fit the column");
    return block;
  }

  #release(block: number, order: number): void {
    (this.#free[order] ??= []).push(block);
  }
}

/** The place of the lowest set bit. */
export const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Blocks of `count` rows have 2 ** order places. */
const orderOf = (count: number): number => 32 - Math.clz32(count - 1);
