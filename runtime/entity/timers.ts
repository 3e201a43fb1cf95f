import type { EpochMs } from "../../protocols/time.ts";
import { sleepUntilMsMax } from "../limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { CommittedStep, WrittenTimerChange } from "./commit.ts";

// Durable timers. They are part of an actor's state: set, moved, cancelled and ended by the steps in its journal.

export interface Timer {
  readonly name: string;
  readonly at: EpochMs;
  readonly message: unknown;
  /** Version of the message; 1 when absent. */
  readonly v?: number;
  /** Counts the actor's timers over its life, so that a timer set again is another one. */
  readonly number: number;
}

export interface Timers {
  /** Number of the last timer ever set. */
  readonly last: number;
  readonly byName: ReadonlyMap<string, Timer>;
}
export const noTimers: Timers = { last: 0, byName: new Map() };

export const timerCommandId = ({ name, number }: Pick<Timer, "name" | "number">): string =>
  `timer/${name}/${number}`;

/** The timers after a step. The fired one ends first, so that its own step may set it again. */
export function timersAfter(
  before: Timers,
  { timers: changes, fired }: Pick<CommittedStep, "timers" | "fired">,
): Timers {
  if (changes === undefined && fired === undefined) return before;
  const byName = new Map(before.byName);
  let { last } = before;
  if (fired !== undefined && byName.get(fired.name)?.number === fired.number) byName.delete(fired.name);
  for (const change of changes ?? []) {
    if ("cancel" in change) byName.delete(change.cancel);
    else byName.set(change.set, timerOf(change, ++last));
  }
  return { last, byName };
}

const timerOf = (
  { set: name, at, message, v }: Extract<WrittenTimerChange, { set: string }>,
  number: number,
): Timer => ({
  name,
  at,
  message,
  ...(v === undefined ? {} : { v }),
  number,
});

/** The timer that is due first; of equal ones the one set first. */
export function earliestTimer({ byName }: Timers): Timer | undefined {
  let earliest: Timer | undefined;
  for (const timer of byName.values()) {
    const sooner =
      earliest === undefined ||
      timer.at < earliest.at ||
      (timer.at === earliest.at && timer.number < earliest.number);
    if (sooner) earliest = timer;
  }
  return earliest;
}

/** A timer whose step was refused, by a full journal for one, is tried again after this. */
const refusedRetryMs = 1_000;

/** Fires the timers of one live actor, one after the other. */
export class TimerWatch {
  readonly #clock: Clock;
  readonly #fire: (timer: Timer) => Promise<boolean>;
  #timers: Timers = noTimers;
  #changed = new AbortController();
  #running = false;
  #stopped = false;

  /** `fire` resolves to whether the timer's step is done; then the timers have changed. */
  constructor(clock: Clock, fire: (timer: Timer) => Promise<boolean>) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** The committed timers are these now. */
  update(timers: Timers): void {
    if (timers === this.#timers) return;
    this.#timers = timers;
    this.#changed.abort();
    if (!this.#running && timers.byName.size > 0 && !this.#stopped) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#changed.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      if (this.#stopped) break;
      const timer = earliestTimer(this.#timers);
      if (timer === undefined) break;
      this.#changed = new AbortController();
      const waitMs = timer.at - this.#clock.now();
      if (waitMs > 0) await this.#clock.sleep(Math.min(waitMs, sleepUntilMsMax), this.#changed.signal);
      else if (!(await this.#fire(timer))) await this.#clock.sleep(refusedRetryMs, this.#changed.signal);
    }
    this.#running = false;
  }
}
