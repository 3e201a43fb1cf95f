import { chanceFor } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { Scheduler } from "./scheduler.ts";
import { fairWeather, noFaults } from "./weather.ts";
import type { FaultCounts, FaultKind, Weather } from "./weather.ts";

/** The instant at which every schedule begins, for clocks that show instants. */
export const epochMs = 1_700_000_000_000;

export interface Gap {
  /** Address text of the fold. */
  readonly actor: string;
  readonly from: number;
  readonly to: number;
}

/** What all parts of one simulated world share. */
export class World {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly weather: Weather = fairWeather();
  readonly faults: FaultCounts = noFaults();
  readonly violations: string[] = [];
  /** Dead letters that a host says it could not store. */
  readonly lettersLost = new Set<string>();
  /** What hosts say that a stream lost before they read it. */
  readonly gaps: Gap[] = [];
  /** One line per thing that happened, when somebody wants to read it. */
  readonly lines: string[] | undefined;

  constructor(seed: number, options: { readonly tracing: boolean }) {
    this.seed = seed;
    this.scheduler = new Scheduler(this.chance("scheduler"));
    this.lines = options.tracing ? [] : undefined;
  }

  get nowMs(): number {
    return this.scheduler.nowMs;
  }

  chance(purpose: string): Chance {
    return chanceFor(this.seed, purpose);
  }

  count(fault: FaultKind, times = 1): void {
    this.faults[fault] += times;
  }

  violation(text: string): void {
    this.violations.push(text);
    this.trace("violation", text);
  }

  trace(who: string, what: string): void {
    this.lines?.push(`${this.nowMs.toFixed(3).padStart(10)} ${who.padEnd(8)} ${what}`);
  }
}
