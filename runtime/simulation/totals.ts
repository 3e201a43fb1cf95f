import type { ScheduleOutcome } from "./schedule.ts";
import { faultKinds, noFaults } from "./world/weather.ts";

/** What remains of a schedule when its lines are forgotten. */
export type ScheduleSummary = Omit<ScheduleOutcome, "lines">;

/** The sum of many schedules. */
export class Totals {
  readonly faults = noFaults();
  readonly failed: number[] = [];
  schedules = 0;
  violations = 0;
  #virtualMs = 0;
  #commands = 0;
  #commits = 0;

  add({ seed, virtualMs, commands, commits, faults, violations }: ScheduleSummary): void {
    this.schedules++;
    this.#virtualMs += virtualMs;
    this.#commands += commands;
    this.#commits += commits;
    for (const kind of faultKinds) this.faults[kind] += faults[kind];
    this.violations += violations.length;
    if (violations.length > 0) this.failed.push(seed);
  }

  /** The one line at the end. */
  text(elapsedMs: number): string {
    const faults = faultKinds.map((kind) => `${kind} ${whole(this.faults[kind])}`).join(", ");
    const rate = this.schedules / (elapsedMs / 1_000);
    return [
      `${whole(this.schedules)} schedules`,
      `${(this.#virtualMs / 3_600_000).toFixed(1)} h of virtual time`,
      `${whole(this.#commands)} commands`,
      `${whole(this.#commits)} commits`,
      `faults: ${faults}`,
      `${whole(this.violations)} violations${this.#replay()}`,
      `${rate.toFixed(1)} schedules/s`,
    ].join("; ");
  }

  #replay(): string {
    if (this.failed.length === 0) return "";
    const first = Math.min(...this.failed);
    const seeds = this.failed.length === 1 ? "1 seed" : `${whole(this.failed.length)} seeds`;
    return ` in ${seeds}, the first is --seed ${first}`;
  }
}

const whole = (value: number): string => value.toLocaleString("en-US");
