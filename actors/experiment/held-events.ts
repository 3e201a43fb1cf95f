import { grown, owned } from "./columns.ts";

// Events that no exposure covers yet, for some experiment that reads them. One is kept once, whoever waits for it, with a
// bit for each experiment that is done with it.
// 46 bytes an event with up to 32 experiments, and one entry of a Map a unit that has any.

/** Held events a unit: a unit without exposure that keeps sending loses its oldest. */
export const heldPerUnitMax = 256;
/** In one partition: 96 MB. Beyond it the oldest go, whosever they are. */
export const heldMax = 2 ** 21;

const end = 0;

export interface HeldEvent {
  /** Known to the partition by this number. */
  readonly name: number;
  readonly ts: number;
  readonly at: number;
  readonly value: number;
  readonly session: number;
}

/** The columns as they are, with their free places: a snapshot is taken while others wait. */
export interface HeldEventsImage {
  readonly words: number;
  readonly next: Uint32Array;
  readonly names: Uint16Array;
  readonly ts: Float64Array;
  readonly at: Float64Array;
  readonly values: Float64Array;
  readonly sessions: Float64Array;
  readonly settled: Uint32Array;
  readonly free: number;
  readonly size: number;
  /** Of each unit that has any: row, first, last and how many. */
  readonly queues: Uint32Array;
}

/** The events of one unit, oldest first: places + 1. */
interface Queue {
  head: number;
  tail: number;
  length: number;
}

export class HeldEvents {
  #words = 1;
  readonly #queues = new Map<number, Queue>();
  #next: Uint32Array = new Uint32Array();
  #names: Uint16Array = new Uint16Array();
  #ts: Float64Array = new Float64Array();
  #at: Float64Array = new Float64Array();
  #values: Float64Array = new Float64Array();
  #sessions: Float64Array = new Float64Array();
  /** Experiments that counted the event, or never will. */
  #settled: Uint32Array = new Uint32Array();
  #used = 0;
  #free = end;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    const columns = [
      this.#next,
      this.#names,
      this.#ts,
      this.#at,
      this.#values,
      this.#sessions,
      this.#settled,
    ];
    return columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Makes room for that many words of experiments an event. */
  widen(words: number): void {
    if (words <= this.#words) return;
    const wider = new Uint32Array(this.#used * words);
    for (let place = 0; place < this.#used; place++)
      for (let word = 0; word < this.#words; word++)
        wider[place * words + word] = this.#settled[place * this.#words + word] as number;
    this.#settled = wider;
    this.#words = words;
  }

  /** Holds an event. Answers with its place, for `settle`. */
  hold(unit: number, name: number, ts: number, at: number, value: number, session: number): number {
    const place = this.#take();
    this.#next[place] = end;
    this.#names[place] = name;
    this.#ts[place] = ts;
    this.#at[place] = at;
    this.#values[place] = value;
    this.#sessions[place] = session;
    for (let word = 0; word < this.#words; word++) this.#settled[place * this.#words + word] = 0;
    this.#size++;
    const queue = this.#queues.get(unit);
    if (queue === undefined) {
      this.#queues.set(unit, { head: place + 1, tail: place + 1, length: 1 });
    } else {
      this.#next[queue.tail - 1] = place + 1;
      queue.tail = place + 1;
      queue.length++;
    }
    return place;
  }

  /** Drops the oldest of a unit that has too many. True when it did. */
  trim(unit: number): boolean {
    const queue = this.#queues.get(unit);
    if (queue === undefined || queue.length <= heldPerUnitMax) return false;
    const place = queue.head - 1;
    queue.head = this.#next[place] as number;
    queue.length--;
    this.#release(place);
    return true;
  }

  settle(place: number, slot: number): void {
    const index = place * this.#words + (slot >>> 5);
    this.#settled[index] = (this.#settled[index] as number) | (1 << (slot & 31));
  }

  isSettled(place: number, slot: number): boolean {
    return (((this.#settled[place * this.#words + (slot >>> 5)] as number) >>> (slot & 31)) & 1) === 1;
  }

  settledOf(place: number, word: number): number {
    return this.#settled[place * this.#words + word] as number;
  }

  has(unit: number): boolean {
    return this.#queues.has(unit);
  }

  eventAt(place: number): HeldEvent {
    return {
      name: this.#names[place] as number,
      ts: this.#ts[place] as number,
      at: this.#at[place] as number,
      value: this.#values[place] as number,
      session: this.#sessions[place] as number,
    };
  }

  /** Shows a unit's events, oldest first, and keeps those that `keeps` says. Answers with how many went. */
  filter(unit: number, keeps: (place: number) => boolean): number {
    const queue = this.#queues.get(unit);
    if (queue === undefined) return 0;
    const before = queue.length;
    let last = end;
    let next = queue.head;
    while (next !== end) {
      const place = next - 1;
      next = this.#next[place] as number;
      if (keeps(place)) {
        last = place + 1;
        continue;
      }
      if (last === end) queue.head = next;
      else this.#next[last - 1] = next;
      queue.length--;
      this.#release(place);
    }
    queue.tail = last;
    if (queue.length === 0) this.#queues.delete(unit);
    return before - queue.length;
  }

  /** Drops what was taken in before that time. Answers with how many went. */
  sweep(before: number): number {
    let dropped = 0;
    for (const unit of this.#queues.keys())
      dropped += this.filter(unit, (place) => (this.#at[place] as number) >= before);
    return dropped;
  }

  /** The slot is another experiment's now. */
  unsettle(slot: number): void {
    for (let place = 0; place < this.#used; place++) {
      const index = place * this.#words + (slot >>> 5);
      this.#settled[index] = (this.#settled[index] as number) & ~(1 << (slot & 31));
    }
  }

  oldestAt(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const unit of this.#queues.values()) oldest = Math.min(oldest, this.#at[unit.head - 1] as number);
    return oldest;
  }

  image(): HeldEventsImage {
    const used = this.#used;
    const queues = new Uint32Array(this.#queues.size * 4);
    let length = 0;
    for (const [unit, queue] of this.#queues) {
      queues[length++] = unit;
      queues[length++] = queue.head;
      queues[length++] = queue.tail;
      queues[length++] = queue.length;
    }
    return {
      words: this.#words,
      next: this.#next.subarray(0, used),
      names: this.#names.subarray(0, used),
      ts: this.#ts.subarray(0, used),
      at: this.#at.subarray(0, used),
      values: this.#values.subarray(0, used),
      sessions: this.#sessions.subarray(0, used),
      settled: this.#settled.subarray(0, used * this.#words),
      free: this.#free,
      size: this.#size,
      queues,
    };
  }

  static of(image: HeldEventsImage): HeldEvents {
    const held = new HeldEvents();
    held.#words = image.words;
    held.#next = owned(image.next);
    held.#names = owned(image.names);
    held.#ts = owned(image.ts);
    held.#at = owned(image.at);
    held.#values = owned(image.values);
    held.#sessions = owned(image.sessions);
    held.#settled = owned(image.settled);
    held.#used = image.next.length;
    held.#free = image.free;
    held.#size = image.size;
    for (let index = 0; index < image.queues.length; index += 4) {
      const [unit = 0, head = end, tail = end, length = 0] = image.queues.subarray(index, index + 4);
      held.#queues.set(unit, { head, tail, length });
    }
    return held;
  }

  #take(): number {
    if (this.#free !== end) {
      const place = this.#free - 1;
      this.#free = this.#next[place] as number;
      return place;
    }
    const place = this.#used++;
    if (place >= this.#ts.length) {
      this.#next = grown(this.#next, place + 1);
      this.#names = grown(this.#names, place + 1);
      this.#ts = grown(this.#ts, place + 1);
      this.#at = grown(this.#at, place + 1);
      this.#values = grown(this.#values, place + 1);
      this.#sessions = grown(this.#sessions, place + 1);
    }
    this.#settled = grown(this.#settled, (place + 1) * this.#words);
    return place;
  }

  #release(place: number): void {
    this.#next[place] = this.#free;
    this.#free = place + 1;
    this.#size--;
  }
}
