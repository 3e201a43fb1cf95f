import { unitHash } from "../../protocols/hash64.ts";
import type { UnitId } from "../../protocols/ids.ts";

const placesMin = 64;
const free = 0;
const granted = 1;
const denied = 2;

/**
 * What units of one environment said: 9 bytes a place, at least half of the places taken once it has grown. Two units
 * share the 64 bits that are kept of them with a chance of 4e-7 among four million.
 */
export class ConsentTable {
  #taken = 0;
  #denials = 0;
  #keys = new Uint32Array(2 * placesMin);
  #words = new Uint8Array(placesMin);

  get size(): number {
    return this.#taken;
  }
  get denials(): number {
    return this.#denials;
  }

  /** Undefined: it said nothing. */
  get(unit: UnitId): boolean | undefined {
    const { high, low } = unitHash(unit);
    const word = this.#words[this.#placeOf(high, low)];
    return word === free ? undefined : word === granted;
  }

  set(unit: UnitId, grants: boolean): void {
    if (2 * this.#taken >= this.#words.length) this.#rebuild(2 * this.#words.length, () => true);
    const { high, low } = unitHash(unit);
    this.#put(high, low, grants ? granted : denied);
  }

  forgetGrants(): void {
    if (this.#denials < this.#taken) this.#rebuild(this.#words.length, (word) => word === denied);
  }

  #put(high: number, low: number, word: number): void {
    const place = this.#placeOf(high, low);
    const before = this.#words[place];
    if (before === free) this.#taken++;
    this.#denials += Number(word === denied) - Number(before === denied);
    this.#keys[2 * place] = high;
    this.#keys[2 * place + 1] = low;
    this.#words[place] = word;
  }

  #placeOf(high: number, low: number): number {
    const mask = this.#words.length - 1;
    let place = low & mask;
    while (
      this.#words[place] !== free &&
      (this.#keys[2 * place] !== high || this.#keys[2 * place + 1] !== low)
    )
      place = (place + 1) & mask;
    return place;
  }

  #rebuild(places: number, keeps: (word: number) => boolean): void {
    const [keys, words] = [this.#keys, this.#words];
    this.#keys = new Uint32Array(2 * places);
    this.#words = new Uint8Array(places);
    this.#taken = 0;
    this.#denials = 0;
    for (const [place, word] of words.entries())
      if (word !== free && keeps(word)) this.#put(keys[2 * place] ?? 0, keys[2 * place + 1] ?? 0, word);
  }
}
