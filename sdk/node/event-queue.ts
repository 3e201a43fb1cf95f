import type { UnitId } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";

interface Common {
  readonly id: string;
  readonly ts: number;
}

export interface QueuedExposure extends Common {
  readonly type: "exposure";
  readonly unitId: UnitId;
  readonly experiment: string;
  readonly flagKey: string;
  readonly variant: string;
}

/** Named perhaps before there is a configuration: then its raw key waits here, in this process, to be hashed. */
export type Unit = { readonly unitId: UnitId } | { readonly rawKey: string };

export interface QueuedOutcome extends Common {
  readonly type: "metric";
  readonly unit: Unit;
  readonly name: string;
  readonly value?: number;
  readonly properties?: Readonly<Record<string, Json>>;
}

export interface QueuedConsent extends Common {
  readonly type: "consent";
  readonly unit: Unit;
  readonly analytics: boolean;
}

export type QueuedEvent = QueuedExposure | QueuedOutcome | QueuedConsent;

/** Events that wait to be sent. Full: the oldest give way, and are counted. */
export class EventQueue {
  readonly #max: number;
  #events: QueuedEvent[] = [];
  #dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#events.length;
  }

  push(event: QueuedEvent): void {
    // Cutting a tenth at once keeps a full queue from moving all its members for each new one.
    if (this.#events.length >= this.#max) this.#drop(Math.max(1, Math.floor(this.#max / 10)));
    this.#events.push(event);
  }

  take(max: number): QueuedEvent[] {
    return this.#events.splice(0, max);
  }

  /** How many were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #drop(count: number): void {
    this.#events.splice(0, count);
    this.#dropped += count;
  }
}
