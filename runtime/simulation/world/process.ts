import type { Clock } from "../../ports/clock.ts";
import type { EpochMs } from "../../../protocols/time.ts";
import type { Chance } from "./chance.ts";
import { epochMs } from "./world.ts";
import type { World } from "./world.ts";

/** Between two events of a burst after a pause: the loop runs one after the other. */
const burstMs = 0.02;
/** Timers are a little late, and sometimes much. */
const lateMsMax = 1;
const veryLateShare = 0.01;
const veryLateMsMax = 40;
/** What a real timer takes; beyond, it fires at once. */
const sleepMsMax = 2_147_483_647;

/**
 * One life of one process. Code of the runtime runs only inside `deliver`, so a process that is dead, or stopped by a
 * signal, does nothing at all: its promises stay as they are.
 */
export class Process {
  readonly name: string;
  readonly clock: Clock;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #held: (() => void)[] = [];
  #alive = true;
  #paused = false;
  #skewMs = 0;

  constructor(world: World, name: string, life: number) {
    this.name = name;
    this.#world = world;
    this.#chance = world.chance(`${name}/${life}/timers`);
    this.clock = {
      now: () => Math.floor(epochMs + world.nowMs + this.#skewMs) as EpochMs,
      monotonicMs: () => world.nowMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
      turn: () => new Promise((resolve) => world.scheduler.after(0, () => this.deliver(resolve))),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Something from outside reaches this process: now, after its pause, or never. */
  deliver(run: () => void): void {
    if (!this.#alive) return;
    // What comes during the burst waits behind it: a connection never turns its bytes round.
    if (this.#paused || this.#held.length > 0) return void this.#held.push(run);
    this.#world.scheduler.touch();
    run();
  }

  kill(): void {
    this.#alive = false;
    this.#held.length = 0;
  }

  pause(): void {
    this.#paused = true;
  }

  /** What came meanwhile is handled in a burst. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#world.scheduler.after(0, () => this.#burst());
  }

  #burst(): void {
    if (this.#paused || !this.#alive) return;
    const run = this.#held[0];
    if (run === undefined) return;
    this.#world.scheduler.touch();
    run();
    this.#held.shift();
    if (this.#held.length > 0) this.#world.scheduler.after(burstMs, () => this.#burst());
  }

  /** Moves the clock of the wall; the monotonic one goes on. */
  skewBy(ms: number): void {
    this.#skewMs += ms;
  }

  correctClock(): void {
    this.#skewMs = 0;
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        cancel();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const lateMs = this.#chance.between(0, this.#chance.happens(veryLateShare) ? veryLateMsMax : lateMsMax);
      const dueMs = ms > sleepMsMax ? 1 : Math.max(1, ms);
      const cancel = this.#world.scheduler.after(dueMs + lateMs, () => this.deliver(done));
      signal?.addEventListener("abort", done);
    });
  }
}
