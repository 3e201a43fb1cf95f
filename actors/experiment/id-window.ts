// Which event ids were seen lately. Two generations: when the current one is full it becomes the previous, so between
// one and two generations are remembered, in bounded memory and without a clock.

/** Ids a generation: with 8 partitions, 4 to 8 million ids of an environment are remembered, in 16 MB a partition. */
export const generationLengthMax = 524_288;
/** Half full at most: a slot is 8 bytes, a failed look probes 2.5 of them on average (Knuth 6.4). */
const slotsMax = 2 * generationLengthMax;
const slotsMin = 1_024;

/** Of each generation its hashes, high and low word in turn. */
export interface IdWindowImage {
  readonly current: Uint32Array;
  readonly previous: Uint32Array;
}

export class IdWindow {
  #current = new Generation();
  #previous = new Generation();

  /** Remembers an id; true when it was not known. */
  add(high: number, low: number): boolean {
    // Two zeros mark a free slot, so that one hash shares the place of its neighbour.
    const word = high === 0 && low === 0 ? 1 : low;
    if (this.#previous.has(high, word) || !this.#current.add(high, word)) return false;
    if (this.#current.size === generationLengthMax) {
      this.#previous = this.#current;
      this.#current = new Generation();
    }
    return true;
  }

  image(): IdWindowImage {
    return { current: this.#current.image(), previous: this.#previous.image() };
  }

  static of(image: IdWindowImage): IdWindow {
    const window = new IdWindow();
    window.#current = Generation.of(image.current);
    window.#previous = Generation.of(image.previous);
    return window;
  }
}

/** A set of 64-bit hashes. Both words of one lie side by side: a look costs one line of cache. */
class Generation {
  #words = new Uint32Array(2 * slotsMin);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(high: number, low: number): boolean {
    return !this.#isFree(this.#placeOf(high, low));
  }

  /** False when it is there. */
  add(high: number, low: number): boolean {
    const place = this.#placeOf(high, low);
    if (!this.#isFree(place)) return false;
    this.#words[place] = high;
    this.#words[place + 1] = low;
    this.#size++;
    const slots = this.#words.length / 2;
    if (this.#size * 2 > slots && slots < slotsMax) this.#spread(slots * 4);
    return true;
  }

  image(): Uint32Array {
    const image = new Uint32Array(2 * this.#size);
    let length = 0;
    for (let place = 0; place < this.#words.length; place += 2) {
      if (this.#isFree(place)) continue;
      image[length++] = this.#words[place] as number;
      image[length++] = this.#words[place + 1] as number;
    }
    return image;
  }

  static of(image: Uint32Array): Generation {
    const generation = new Generation();
    for (let index = 0; index < image.length; index += 2)
      generation.add(image[index] as number, image[index + 1] as number);
    return generation;
  }

  #isFree(place: number): boolean {
    return this.#words[place] === 0 && this.#words[place + 1] === 0;
  }

  /** Where a hash is, or would be put. */
  #placeOf(high: number, low: number): number {
    const words = this.#words;
    const mask = words.length - 1;
    let place = ((Math.imul(low ^ high, 0x9e3779b1) >>> 7) << 1) & mask;
    for (;;) {
      const presentHigh = words[place];
      const presentLow = words[place + 1];
      if (presentHigh === high && presentLow === low) return place;
      if (presentHigh === 0 && presentLow === 0) return place;
      place = (place + 2) & mask;
    }
  }

  #spread(slots: number): void {
    const before = this.#words;
    this.#words = new Uint32Array(2 * Math.min(slots, slotsMax));
    for (let index = 0; index < before.length; index += 2) {
      const high = before[index] as number;
      const low = before[index + 1] as number;
      if (high === 0 && low === 0) continue;
      const place = this.#placeOf(high, low);
      this.#words[place] = high;
      this.#words[place + 1] = low;
    }
  }
}
