import type { EpochMs } from "../../protocols/time.ts";
import { sleepUntilMsMax } from "../limits.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";

/** Sleeping actors of one shard with timers or effects to come, and when each must be woken. */
export class WakeList {
  readonly #clock: Clock;
  readonly #wake: (address: Address) => void;
  readonly #sleeping = new Map<string, { readonly address: Address; readonly at: EpochMs }>();
  readonly #stopping = new AbortController();
  #changed = new AbortController();
  #running = false;

  constructor(clock: Clock, wake: (address: Address) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  add(address: Address, at: EpochMs): void {
    const name = addressText(address);
    const noted = this.#sleeping.get(name);
    if (noted !== undefined && noted.at <= at) return;
    this.#sleeping.set(name, { address, at });
    this.#changed.abort();
    if (!this.#running) void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
    this.#changed.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#sleeping.size > 0 && !this.#stopping.signal.aborted) {
      this.#changed = new AbortController();
      const now = this.#clock.now();
      let next = now + sleepUntilMsMax;
      for (const [name, { address, at }] of this.#sleeping) {
        if (at > now) {
          next = Math.min(next, at);
          continue;
        }
        this.#sleeping.delete(name);
        this.#wake(address);
      }
      await this.#clock.sleep(next - now, this.#changed.signal);
    }
    this.#running = false;
  }
}
