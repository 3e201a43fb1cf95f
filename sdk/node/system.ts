import { randomBytes } from "node:crypto";
import type { Clock, Random } from "./ports.ts";

// The real clock and the real dice: the only file of the client that reads either.

export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delayMs, action) {
    const handle = setTimeout(action, delayMs);
    return () => clearTimeout(handle);
  },
};

export const systemRandom: Random = {
  fraction: () => Math.random(),
  hex: (bytes) => randomBytes(bytes).toString("hex"),
};
