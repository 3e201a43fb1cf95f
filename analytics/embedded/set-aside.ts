import { existsSync } from "node:fs";
import type { Clock, Log } from "../../runtime/index.ts";
import { moveAside, moveBack } from "./move-aside.ts";
import type { Aside } from "./move-aside.ts";
import { cureOf, writeObstacle } from "./write-obstacle.ts";

// A directory that no longer opens is moved aside, whole, and an empty one takes its place: the sink fills it from the
// stream.
//   D1. One that cannot be written (no space, read-only) is not at fault: it stays, and is tried again.
//   D2. Nor is one that failed once: what was in its way then may have gone since.
//   D3. If the empty one does not open either, the directory was not at fault, and the old one comes back.

/** How the child says that its directory does not open, though no other process holds it. */
export const doesNotOpen = 3;

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it had opened the directory. */
  readonly wasReady: boolean;
}

const failuresMax = 2;
/** How an engine ends that meets what it never wrote. Being killed says nothing of the directory. */
const crashes: readonly (NodeJS.Signals | null)[] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE"];

export class SetAside {
  readonly #directory: string;
  readonly #log: Log;
  readonly #clock: Clock;
  #failures = 0;
  #aside: Aside | undefined;

  constructor(directory: string, log: Log, clock: Clock) {
    this.#directory = directory;
    this.#log = log;
    this.#clock = clock;
  }

  /** After a child ended this way. "replaced": an empty directory has taken the place of its own. */
  onExit({ code, signal, wasReady }: ChildExit): "replaced" | "same" {
    const hasOpened = wasReady || !(code === doesNotOpen || crashes.includes(signal));
    if (hasOpened || !existsSync(this.#directory)) return "same";
    const obstacle = writeObstacle(this.#directory);
    if (obstacle !== undefined) this.#stay(obstacle); // D1
    else if (++this.#failures >= failuresMax) return this.#exchange(); // D2
    return "same";
  }

  #exchange(): "replaced" | "same" {
    this.#failures = 0;
    try {
      if (this.#aside === undefined) {
        this.#moveAway();
        return "replaced";
      }
      this.#moveBack(this.#aside); // D3
    } catch (error) {
      this.#log.error("warehouse.not_set_aside", {
        code: "warehouse_corrupt",
        directory: this.#directory,
        error,
        cure: "move its content away by hand; it is tried again meanwhile",
      });
    }
    return "same";
  }

  /** A child opened the directory: what was moved aside stays there for some days, for whoever wants to look at it. */
  onReady(): "replaced" | "same" {
    const outcome = this.#aside === undefined ? "same" : "replaced";
    this.#aside = undefined;
    this.#failures = 0;
    return outcome;
  }

  #stay(obstacle: string): void {
    this.#failures = 0;
    this.#log.error("warehouse.cannot_write", {
      code: "warehouse_cannot_write",
      directory: this.#directory,
      reason: obstacle,
      cure: cureOf(obstacle),
      consequence: "events wait in the stream; it is tried again by itself",
    });
  }

  #moveAway(): void {
    const name = new Date(this.#clock.now()).toISOString().replaceAll(/[:.]/g, "-");
    this.#aside = moveAside(this.#directory, name);
    this.#log.error("warehouse.set_aside", {
      code: "warehouse_corrupt",
      directory: this.#directory,
      aside: this.#aside.path,
      consequence:
        "an empty warehouse is filled from the event stream, as far as that reaches; then what was set aside is removed, as docs/operations.md says (WEIR_SET_ASIDE_DAYS)",
      cure: "none is needed; copy what was set aside elsewhere if you want to look at it later",
    });
  }

  #moveBack(aside: Aside): void {
    moveBack(this.#directory, aside);
    this.#aside = undefined;
    this.#log.error("warehouse.does_not_open", {
      code: "warehouse_unavailable",
      directory: this.#directory,
      reason: "an empty directory does not open either: the lines of the engine above say why",
    });
  }
}
