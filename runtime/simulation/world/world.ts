import { chanceFor } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { Scheduler } from "./scheduler.ts";
import { fairWeather, noFaults } from "./weather.ts";
import type { FaultCounts, FaultKind, Weather } from "./weather.ts";

/** The instant at which every schedule begins, for clocks that show instants. */
export const epochMs = 1_700_000_000_000;

/** What all parts of one simulated world share. */
export class World {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly weather: Weather = fairWeather();
  readonly faults: FaultCounts = noFaults();
  readonly violations: string[] = [];
  /** Dead letters that a host says it could not store. */
  readonly lettersLost = new Set<string>();
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

  count(fault: FaultKind): void {
    this.faults[fault]++;
  }

  violation(text: string): void {
    this.violations.push(text);
    this.trace("violation", text);
  }

  trace(who: string, what: string): void {
    this.lines?.push(`${this.nowMs.toFixed(3).padStart(10)} ${who.padEnd(8)} ${what}`);
  }
}
