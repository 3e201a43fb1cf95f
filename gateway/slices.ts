import type { Clock } from "../runtime/index.ts";

/** Of the five milliseconds that a request may wait for others; the longest step comes on top. */
const sliceMsMax = 2;

/** Runs work that comes in small steps, and lets requests have their turn between slices of it. */
export async function inSlices<Made>(steps: Generator<void, Made>, clock: Clock): Promise<Made> {
  for (;;) {
    const until = clock.monotonicMs() + sliceMsMax;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (clock.monotonicMs() < until);
    await clock.turn();
  }
}
