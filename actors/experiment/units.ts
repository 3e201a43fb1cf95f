import { grown, owned } from "./columns.ts";
import { HashTable, type HashTableImage } from "./hash-table.ts";

// The units of a partition, shared by all its experiments: hash, flags and how many records they sent lately.
// 8 bytes of hash, 5 to 6.3 of slots, 1 of flags, 4 of rate; members.ts keeps 8 more.

/** Ever opted out: counts in no experiment. */
export const optedOut = 1;
export const isBot = 2;
/** Opted out and has not consented since: what comes of it is dropped. */
export const silenced = 4;
/** Forgotten for good. */
export const deleted = 8;
/** Counts as another unit. */
export const linked = 16;
/** A bot record was asked for. */
export const reported = 32;
/** Has events that wait. */
export const waits = 64;

/** More records within one minute than a person makes. */
export const recordsPerMinuteMax = 600;
/** The rate column holds a minute above and a count below. 22 bits of minutes are eight years, 10 of count 1,023. */
const countBits = 10;
const countMask = 2 ** countBits - 1;
const minuteMask = 2 ** 22 - 1;

export interface UnitsImage {
  readonly table: HashTableImage;
  readonly flags: Uint8Array;
  readonly rates: Uint32Array;
}

export class Units {
  #table = new HashTable();
  #flags: Uint8Array = new Uint8Array();
  #rates: Uint32Array = new Uint32Array();

  get size(): number {
    return this.#table.size;
  }

  get byteLength(): number {
    return this.#table.byteLength + this.#flags.byteLength + this.#rates.byteLength;
  }

  find(high: number, low: number): number {
    return this.#table.find(high, low);
  }

  /** The row of a unit, made when it is new. */
  insert(high: number, low: number): number {
    const unit = this.#table.insert(high, low);
    if (unit >= this.#flags.length) {
      this.#flags = grown(this.#flags, unit + 1);
      this.#rates = grown(this.#rates, unit + 1);
    }
    return unit;
  }

  flagsOf(unit: number): number {
    return this.#flags[unit] as number;
  }

  flag(unit: number, flags: number): void {
    this.#flags[unit] = (this.#flags[unit] as number) | flags;
  }

  unflag(unit: number, flags: number): void {
    this.#flags[unit] = (this.#flags[unit] as number) & ~flags;
  }

  highOf(unit: number): number {
    return this.#table.highOf(unit);
  }

  lowOf(unit: number): number {
    return this.#table.lowOf(unit);
  }

  /** Counts a record in its minute; true for the one that is too many. */
  exceedsRate(unit: number, at: number): boolean {
    const minute = Math.floor(at / 60_000) & minuteMask;
    const rate = this.#rates[unit] as number;
    const count = rate >>> countBits === minute ? (rate & countMask) + 1 : 1;
    if (count > countMask) return false;
    this.#rates[unit] = ((minute << countBits) | count) >>> 0;
    return count === recordsPerMinuteMax + 1;
  }

  image(): UnitsImage {
    return {
      table: this.#table.image(),
      flags: this.#flags.subarray(0, this.size),
      rates: this.#rates.subarray(0, this.size),
    };
  }

  static of(image: UnitsImage): Units {
    const units = new Units();
    units.#table = HashTable.of(image.table);
    units.#flags = owned(image.flags);
    units.#rates = owned(image.rates);
    return units;
  }
}
