import { visitName, type Accumulator, type Derivation } from "./derived.ts";
import type { EventArena, KeptEvent } from "./event-arena.ts";

// Derived metrics of the rows of a tally, made from the events that the arena keeps. Of a unit with few events they are
// made anew each time; of one with many what was made stays, and each event is added to it: a unit may have a million.

/** Walking so many costs less than a look at a table. */
const fewMax = 64;
/** Units with many events whose numbers are at hand: beyond it the one that was made first is made anew. */
const rowsMax = 1_024;

interface Use {
  readonly metric: number;
  readonly derivation: Derivation;
  /** Which of the kept events it reads. */
  readonly names: ReadonlySet<number>;
}

/** When a unit began to count, and in which session. */
interface Begun {
  readonly startedAt: number;
  readonly session: number;
}

export class DerivedRows {
  readonly #uses: readonly Use[];
  readonly #numberOf: (source: string) => number;
  readonly #made = new Map<number, readonly Accumulator[]>();
  /** Whether sessions of exposures matter. */
  readonly countsVisits: boolean;

  constructor(
    measures: readonly {
      readonly derivation?: Derivation;
      readonly readings: readonly (readonly [string, unknown])[];
    }[],
    numberOf: (source: string) => number,
  ) {
    this.#numberOf = numberOf;
    this.#uses = measures.flatMap(({ derivation, readings }, metric) => {
      if (derivation === undefined) return [];
      const names = new Set(readings.map(([source]) => numberOf(source)));
      if (derivation.isBySession) names.add(visitName);
      return [{ metric, derivation, names }];
    });
    this.countsVisits = this.#uses.some(({ derivation }) => derivation.isBySession);
  }

  get isEmpty(): boolean {
    return this.#uses.length === 0;
  }

  /** After an event was kept: the numbers that it may have changed. */
  added(
    row: number,
    begun: Begun,
    arena: EventArena,
    { name, ts, value, session }: KeptEvent,
    change: (metric: number, first: number, second: number) => void,
  ): void {
    let all = this.#made.get(row);
    if (all === undefined) all = this.#make(row, begun, arena);
    else
      for (const [index, { names }] of this.#uses.entries())
        if (names.has(name)) all[index]?.add(name, ts, value, session);
    for (const [index, { metric, names }] of this.#uses.entries()) {
      const made = all[index];
      if (made !== undefined && names.has(name)) change(metric, made.first, made.second);
    }
  }

  /** All numbers of a row, made anew. */
  all(
    row: number,
    begun: Begun,
    arena: EventArena,
    change: (metric: number, first: number, second: number) => void,
  ): void {
    this.forget(row);
    for (const [index, made] of this.#make(row, begun, arena).entries()) {
      const use = this.#uses[index];
      if (use !== undefined) change(use.metric, made.first, made.second);
    }
  }

  /** The row's events, or its t0, are others now. */
  forget(row: number): void {
    this.#made.delete(row);
  }

  #make(row: number, { startedAt, session }: Begun, arena: EventArena): readonly Accumulator[] {
    const events = arena.of(row);
    const made = this.#uses.map(({ derivation, names }) => {
      const accumulator = derivation.begin(this.#numberOf, startedAt, session);
      for (let index = events.length - 1; index >= 0; index--) {
        const event = events[index] as KeptEvent;
        if (names.has(event.name)) accumulator.add(event.name, event.ts, event.value, event.session);
      }
      return accumulator;
    });
    if (events.length > fewMax) {
      const [oldest] = this.#made.size >= rowsMax ? this.#made.keys() : [];
      if (oldest !== undefined) this.#made.delete(oldest);
      this.#made.set(row, made);
    }
    return made;
  }
}
