import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";

// What a gateway holds of requests whose events the log has not acknowledged yet. A log that stops answering is met
// with refusals before it is met with memory.
//   A1. What is held never passes the bound by more than one request, whose own size is bounded.
//   A2. Above a half, an environment that has its share waits until others had theirs.
//   A3. Above three quarters, only what a guardrail reads is taken.
//   A4. What was held for a request is given back once, when it is answered.

/** 128 full batches: at 50 MB/s of log, what half a second of silence costs. */
export const heldBytesMax = 33_554_432;
const sharedFrom = 0.5;
const guardedFrom = 0.75;
const retryAfterMs = 1_000;

/** A request's part of the memory. */
export interface Hold {
  /** A3: leave out whatever no guardrail needs. */
  readonly guardedOnly: boolean;
  /** Its size after it was taken apart: of a body that is gone only the lines are left. */
  resize(bytes: number): void;
  release(): void;
}

export class Admission {
  readonly #bytesMax: number;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(bytesMax = heldBytesMax) {
    this.#bytesMax = bytesMax;
  }

  get heldBytes(): number {
    return this.#total;
  }

  admit(environment: string, bytes: number): Outcome<Hold> {
    const after = this.#total + bytes;
    if (after > this.#bytesMax) return fail({ code: "overloaded", retryAfterMs });
    const own = this.#held.get(environment) ?? 0;
    if (after > this.#bytesMax * sharedFrom) {
      const active = this.#held.size + (own === 0 ? 1 : 0);
      if (own + bytes > this.#bytesMax / active)
        return fail({ code: "over_share", environment, retryAfterMs });
    }
    return succeed(this.#hold(environment, bytes, after > this.#bytesMax * guardedFrom));
  }

  #hold(environment: string, bytes: number, guardedOnly: boolean): Hold {
    let held = 0;
    const resize = (next: number): void => {
      this.#add(environment, next - held);
      held = next;
    };
    resize(bytes);
    return { guardedOnly, resize, release: () => resize(0) }; // A4: the second time there is nothing left
  }

  #add(environment: string, bytes: number): void {
    this.#total += bytes;
    const own = (this.#held.get(environment) ?? 0) + bytes;
    if (own === 0) this.#held.delete(environment);
    else this.#held.set(environment, own);
  }
}
