import { grown, owned } from "./columns.ts";

// The counted events of windowed metrics, by row of a tally: when a unit's first exposure turns out to be earlier, its
// windows move, and what lies in them is counted again. 22 bytes an event and 4 a unit; 8 more an event where a session
// is a window. Growing leaves an eighth free.

const end = 0;

/** The columns as they are, with their free places. */
export interface EventArenaImage {
  readonly heads: Uint32Array;
  readonly next: Uint32Array;
  readonly names: Uint16Array;
  readonly ts: Float64Array;
  readonly values: Float64Array;
  readonly sessions?: Float64Array;
  readonly free: number;
  readonly size: number;
}

/** One event, as the arena keeps it. `name` is a number that its owner understands; `session` is 0 without one. */
export interface KeptEvent {
  readonly name: number;
  readonly ts: number;
  readonly value: number;
  readonly session: number;
}

export class EventArena {
  /** Place + 1 of a row's newest event. */
  #heads: Uint32Array = new Uint32Array();
  #next: Uint32Array = new Uint32Array();
  #names: Uint16Array = new Uint16Array();
  #ts: Float64Array = new Float64Array();
  #values: Float64Array = new Float64Array();
  #sessions: Float64Array | undefined;
  #used = 0;
  /** Place + 1 of the first free one. */
  #free = end;
  #size = 0;

  constructor(keepsSessions: boolean) {
    this.#sessions = keepsSessions ? new Float64Array() : undefined;
  }

  /** Events kept. */
  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    const events = [this.#next, this.#names, this.#ts, this.#values, this.#sessions];
    return events.reduce((sum, column) => sum + (column?.byteLength ?? 0), this.#heads.byteLength);
  }

  push(row: number, name: number, ts: number, value: number, session: number): void {
    this.#heads = grown(this.#heads, row + 1);
    const place = this.#take();
    this.#next[place] = this.#heads[row] as number;
    this.#heads[row] = place + 1;
    this.#names[place] = name;
    this.#ts[place] = ts;
    this.#values[place] = value;
    if (this.#sessions !== undefined) this.#sessions[place] = session;
    this.#size++;
  }

  /** The events of a row, the newest first. */
  of(row: number): KeptEvent[] {
    const events: KeptEvent[] = [];
    for (let next = this.#heads[row] ?? end; next !== end; next = this.#next[next - 1] as number)
      events.push(this.#eventAt(next - 1));
    return events;
  }

  /** Whether one of a row's newest events is such. */
  someOf(row: number, newestMax: number, is: (event: KeptEvent) => boolean): boolean {
    let looked = 0;
    for (let next = this.#heads[row] ?? end; next !== end && looked < newestMax; looked++) {
      if (is(this.#eventAt(next - 1))) return true;
      next = this.#next[next - 1] as number;
    }
    return false;
  }

  clear(row: number): void {
    let next = this.#heads[row] ?? end;
    if (next === end) return;
    this.#heads[row] = end;
    while (next !== end) {
      const place = next - 1;
      next = this.#next[place] as number;
      this.#next[place] = this.#free;
      this.#free = place + 1;
      this.#size--;
    }
  }

  image(): EventArenaImage {
    const used = this.#used;
    return {
      heads: this.#heads,
      next: this.#next.subarray(0, used),
      names: this.#names.subarray(0, used),
      ts: this.#ts.subarray(0, used),
      values: this.#values.subarray(0, used),
      ...(this.#sessions === undefined ? {} : { sessions: this.#sessions.subarray(0, used) }),
      free: this.#free,
      size: this.#size,
    };
  }

  static of(image: EventArenaImage): EventArena {
    const arena = new EventArena(false);
    arena.#heads = owned(image.heads);
    arena.#next = owned(image.next);
    arena.#names = owned(image.names);
    arena.#ts = owned(image.ts);
    arena.#values = owned(image.values);
    arena.#sessions = image.sessions && owned(image.sessions);
    arena.#used = image.next.length;
    arena.#free = image.free;
    arena.#size = image.size;
    return arena;
  }

  #eventAt(place: number): KeptEvent {
    return {
      name: this.#names[place] as number,
      ts: this.#ts[place] as number,
      value: this.#values[place] as number,
      session: this.#sessions?.[place] ?? 0,
    };
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
      this.#values = grown(this.#values, place + 1);
      if (this.#sessions !== undefined) this.#sessions = grown(this.#sessions, place + 1);
    }
    return place;
  }
}
