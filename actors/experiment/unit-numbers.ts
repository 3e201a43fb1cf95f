import { sourceKey, type EventSource } from "../../protocols/event-source.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { sourcesOf } from "../../protocols/metric-shape.ts";
import { visitName } from "./derived.ts";
import { DerivedRows } from "./derived-rows.ts";
import { EventArena, type EventArenaImage, type KeptEvent } from "./event-arena.ts";
import { eventPlansOf, type EventPlan } from "./event-plan.ts";
import { amountOf, measuresOf, type Measure, type Reading } from "./measure.ts";
import { MetricColumns, type MetricColumnsImage } from "./metric-columns.ts";
import { isInWindow, mayComeIn } from "./window.ts";

// What an experiment's metrics are for each of its units, and the events it takes to make them anew when t0 moves.

const hourMs = 3_600_000;

interface Begun {
  readonly startedAt: number;
  readonly session: number;
}

/** A metric's numbers of a unit are others now. */
export type Change = (metric: number, first: number, second: number) => void;

export interface UnitNumbersImage {
  readonly metrics: readonly MetricColumnsImage[];
  readonly arena?: EventArenaImage;
}

export class UnitNumbers {
  readonly measures: readonly Measure[];
  readonly columns: readonly MetricColumns[];
  /** The sources that the metrics read, and how. */
  readonly plans: ReadonlyMap<string, EventPlan>;
  /** By key. */
  readonly sources: ReadonlyMap<string, EventSource>;
  /** Whether the session of the exposure at t0 matters. */
  readonly hasSessions: boolean;
  /** By the plans' numbers. */
  readonly #planOf: readonly EventPlan[];
  readonly #derived: DerivedRows;
  readonly #arena: EventArena | undefined;

  constructor(definition: ExperimentDefinition, image?: UnitNumbersImage) {
    this.measures = measuresOf(definition);
    this.columns = this.measures.map((measure, index) => new MetricColumns(measure, image?.metrics[index]));
    const sources = definition.metrics.flatMap((metric) => sourcesOf(metric.definition));
    this.sources = new Map(sources.map((source) => [sourceKey(source), source]));
    this.plans = eventPlansOf(this.measures);
    this.#planOf = [...this.plans.values()];
    this.#derived = new DerivedRows(this.measures, (source) => this.plans.get(source)?.name ?? -1);
    this.hasSessions =
      this.#derived.countsVisits || this.#planOf.some(({ readings }) => readings.some(bySession));
    if (this.#planOf.some(({ isWindowed }) => isWindowed))
      this.#arena =
        image?.arena === undefined ? new EventArena(this.hasSessions) : EventArena.of(image.arena);
  }

  get byteLength(): number {
    const parts = [...this.columns, this.#arena];
    return parts.reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);
  }

  /** Whether exposures count, for the sessions that they name. */
  get countsVisits(): boolean {
    return this.#derived.countsVisits;
  }

  cover(row: number): void {
    for (const column of this.columns) column.cover(row);
  }

  clear(row: number): void {
    for (const column of this.columns) column.clear(row);
    this.#arena?.clear(row);
    this.#derived.forget(row);
  }

  /** An event of a windowed plan, at or after t0. */
  take(row: number, begun: Begun, plan: EventPlan, event: KeptEvent, change: Change): void {
    let isKept = false;
    for (const reading of plan.readings) isKept = this.#read(row, begun, reading, event, change) || isKept;
    if (!isKept || this.#arena === undefined) return;
    this.#arena.push(row, event.name, event.ts, event.value, event.session);
    if (!this.#derived.isEmpty) this.#derived.added(row, begun, this.#arena, event, change);
  }

  /** An exposure at or after t0, of which the session matters. */
  visit(row: number, begun: Begun, ts: number, session: number, change: Change): void {
    const arena = this.#arena;
    if (arena === undefined || session === 0 || this.#isVisited(row, ts, session)) return;
    arena.push(row, visitName, ts, 0, session);
    this.#derived.added(row, begun, arena, { name: visitName, ts, value: 0, session }, change);
  }

  numbersOf(row: number): (readonly [first: number, second: number])[] {
    return this.columns.map((column) => [column.first(row), column.second(row)]);
  }

  eventsOf(row: number): KeptEvent[] {
    return this.#arena?.of(row) ?? [];
  }

  /** Takes in what another identity had. `recount` follows. */
  add(row: number, numbers: readonly (readonly [first: number, second: number])[]): void {
    for (const [metric, column] of this.columns.entries()) {
      const [first = 0, second = 0] = numbers[metric] ?? [];
      column.add(row, first, second);
    }
  }

  /** Events of another identity, which its windows had counted. `recount` follows. */
  keep(row: number, events: readonly KeptEvent[]): void {
    for (const { name, ts, value, session } of events) this.#arena?.push(row, name, ts, value, session);
  }

  /** What depends on t0, made anew from the events that are kept. The unit must not be in the sums. */
  recount(row: number, begun: Begun): void {
    const arena = this.#arena;
    if (arena === undefined) return;
    const change: Change = (metric, first, second) => this.columns[metric]?.set(row, first, second);
    for (const [metric, column] of this.columns.entries())
      if (this.measures[metric]?.isRecounted === true) column.clear(row);
    const events = arena.of(row);
    arena.clear(row);
    for (let index = events.length - 1; index >= 0; index--) {
      const event = events[index] as KeptEvent;
      const { name, ts, value, session } = event;
      let isKept = name === visitName;
      for (const reading of this.#planOf[name]?.readings ?? [])
        if (this.measures[reading.metric]?.isRecounted === true)
          isKept = this.#read(row, begun, reading, event, change) || isKept;
      if (isKept) arena.push(row, name, ts, value, session);
    }
    if (!this.#derived.isEmpty) this.#derived.all(row, begun, arena, change);
  }

  image(rows: number): UnitNumbersImage {
    return {
      metrics: this.columns.map((column) => column.image(rows)),
      ...(this.#arena === undefined ? {} : { arena: this.#arena.image() }),
    };
  }

  /** One use of an event. True when the event must be kept for when t0 moves. */
  #read(
    row: number,
    { startedAt, session }: Begun,
    reading: Reading,
    event: KeptEvent,
    change: Change,
  ): boolean {
    const { metric, role, window, limit } = reading;
    if (!isInWindow(window, startedAt, session, event.ts, event.session))
      return role === "derives"
        ? this.#isRead(metric, event) && mayComeIn(window, startedAt, event.ts, event.session)
        : mayComeIn(window, startedAt, event.ts, event.session);
    const column = this.columns[metric] as MetricColumns;
    const first = column.first(row);
    const second = column.second(row);
    switch (role) {
      case "adds": {
        const added = amountOf(reading.first, event.value, limit);
        const one = this.measures[metric]?.first === "flag";
        change(
          metric,
          one ? Math.min(1, first + added) : first + added,
          second + amountOf(reading.second, event.value, limit),
        );
        return window.type !== "lifetime";
      }
      case "earliest": {
        const hours = (event.ts - startedAt) / hourMs;
        // When t0 moves back, the earliest stays it, or leaves the window and all others with it. Not so with sessions.
        if (second > 0 && first <= hours) return window.type === "session";
        change(metric, hours, 1);
        return true;
      }
      case "derives":
        return this.#isRead(metric, event);
    }
  }

  #isRead(metric: number, { session }: KeptEvent): boolean {
    return session !== 0 || this.measures[metric]?.derivation?.isBySession !== true;
  }

  /** Whether a kept exposure says all that this one says; looking at the newest is enough to keep pages of one visit out. */
  #isVisited(row: number, ts: number, session: number): boolean {
    return (
      this.#arena?.someOf(
        row,
        newestMax,
        (event) => event.name === visitName && event.session === session && event.ts <= ts,
      ) ?? false
    );
  }
}

const newestMax = 8;
const bySession = ({ window }: Reading): boolean => window.type === "session";
