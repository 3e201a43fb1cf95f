import type { Random } from "../../ports/random.ts";

// Virtual time: one queue of events, ordered by instant, then by chance, then by insertion.
//   V1. Time passes only between events; nothing here waits for a real timer.
//   V2. After an event that ran code of the runtime, every promise it settled has had its turn before the next event:
//       Node empties its microtask queue before it comes to the immediate that continues us.

interface Event {
  readonly atMs: number;
  readonly tie: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Scheduler {
  readonly #heap: Event[] = [];
  readonly #random: Random;
  #order = 0;
  #nowMs = 0;
  #touched = false;
  #executed = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get executed(): number {
    return this.#executed;
  }

  /** Runs it at that instant, or now when that is past. Returns what takes it back. */
  at(atMs: number, run: () => void): () => void {
    const event: Event = {
      atMs: Math.max(atMs, this.#nowMs),
      tie: this.#random.fraction(),
      order: this.#order++,
      run,
    };
    this.#push(event);
    return () => (event.run = undefined);
  }

  after(ms: number, run: () => void): () => void {
    return this.at(this.#nowMs + ms, run);
  }

  /** The present event runs code that promises: they get their turn before the next one (V2). */
  touch(): void {
    this.#touched = true;
  }

  /** Runs what is due until that instant; `finished` ends it early. */
  async runUntil(untilMs: number, finished: () => boolean = () => false): Promise<void> {
    await nextTurn();
    for (let event = this.#heap[0]; event !== undefined && event.atMs <= untilMs; event = this.#heap[0]) {
      this.#pop();
      if (event.run === undefined) continue;
      this.#nowMs = event.atMs;
      this.#executed++;
      event.run();
      if (!this.#touched) continue;
      this.#touched = false;
      await nextTurn();
      if (finished()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Forgets everything that was to come. */
  clear(): void {
    this.#heap.length = 0;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const a = heap[left];
      const b = heap[right];
      const child = b !== undefined && a !== undefined && isBefore(b, a) ? right : left;
      const below = child === right ? b : a;
      if (below === undefined || !isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}
