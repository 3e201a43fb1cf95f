import type { Hash64 } from "../../protocols/hash64.ts";

/**
 * Two generations of 250 000 ids, each in half a million places of 20 bytes: 21 MB for an environment that is busy, a
 * few KB for one that is not.
 */
const generationSizeMax = 250_000;
const placesMin = 256;

export interface KnownId {
  /** The batch that carried it. */
  readonly batch: number;
  /** It said the same. */
  readonly same: boolean;
}

/**
 * Ids of one environment's latest events, with a hash of what each said and the batch that carried it. Whether that
 * batch was stored is the asker's to know: calling an event a duplicate that was then lost would lose it for good.
 */
export class RecentIds {
  readonly #generationSizeMax: number;
  #young = new Generation();
  #old = new Generation();

  constructor(generationMax = generationSizeMax) {
    this.#generationSizeMax = generationMax;
  }

  find(id: Hash64, content: Hash64): KnownId | undefined {
    return this.#young.find(id, content) ?? this.#old.find(id, content);
  }

  /** Of an id that is known already the newer word counts. */
  set(id: Hash64, content: Hash64, batch: number): void {
    if (this.#young.size >= this.#generationSizeMax) {
      const emptied = this.#old.clear();
      this.#old = this.#young;
      this.#young = emptied;
    }
    this.#young.set(id, content, batch);
  }
}

/** Words of one place, side by side so that a look-up touches one line of the cache: id, content, batch. */
const stride = 5;
const batchAt = 4;

/** Open addressing over 64-bit hashes; a place is free while its batch is 0. */
class Generation {
  size = 0;
  #mask = placesMin - 1;
  #words = new Uint32Array(stride * placesMin);

  find(id: Hash64, content: Hash64): KnownId | undefined {
    const words = this.#words;
    const at = this.#placeOf(id.high, id.low);
    const batch = words[at + batchAt] as number;
    if (batch === 0) return undefined;
    return { batch, same: words[at + 2] === content.high && words[at + 3] === content.low };
  }

  set(id: Hash64, content: Hash64, batch: number): void {
    if (2 * this.size > this.#mask) this.#grow();
    const words = this.#words;
    const at = this.#placeOf(id.high, id.low);
    if (words[at + batchAt] === 0) this.size++;
    words[at] = id.high;
    words[at + 1] = id.low;
    words[at + 2] = content.high;
    words[at + 3] = content.low;
    words[at + batchAt] = batch;
  }

  clear(): this {
    this.size = 0;
    this.#words.fill(0);
    return this;
  }

  /** Where the id is, or would be. */
  #placeOf(high: number, low: number): number {
    const words = this.#words;
    let place = low & this.#mask;
    let at = stride * place;
    while (words[at + batchAt] !== 0 && (words[at] !== high || words[at + 1] !== low)) {
      place = (place + 1) & this.#mask;
      at = stride * place;
    }
    return at;
  }

  #grow(): void {
    const before = this.#words;
    this.#mask = 2 * this.#mask + 1;
    this.#words = new Uint32Array(2 * before.length);
    for (let from = 0; from < before.length; from += stride) {
      if (before[from + batchAt] === 0) continue;
      const at = this.#placeOf(before[from] as number, before[from + 1] as number);
      this.#words.set(before.subarray(from, from + stride), at);
    }
  }
}
