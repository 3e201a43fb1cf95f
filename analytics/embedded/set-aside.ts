import { existsSync, renameSync, rmSync } from "node:fs";
import type { Clock, Log } from "../../runtime/index.ts";

// A directory that no longer opens is moved aside, whole, and an empty one takes its place: the sink fills it from the
// stream. If the empty one does not open either, the directory was not at fault (no space, no permission), and the old
// one comes back.

/** How the child says that its directory does not open, though no other process holds it. */
export const doesNotOpen = 3;

export class SetAside {
  readonly #directory: string;
  readonly #log: Log;
  readonly #clock: Clock;
  #aside: string | undefined;

  constructor(directory: string, log: Log, clock: Clock) {
    this.#directory = directory;
    this.#log = log;
    this.#clock = clock;
  }

  /** After a child ended this way. */
  onExit(code: number | null): void {
    if (code !== doesNotOpen || !existsSync(this.#directory)) return;
    if (this.#aside === undefined) this.#moveAway();
    else this.#moveBack(this.#aside);
  }

  /** A child opened the directory: what was moved aside stays there, for whoever wants to look at it. */
  onReady(): "replaced" | "same" {
    const outcome = this.#aside === undefined ? "same" : "replaced";
    this.#aside = undefined;
    return outcome;
  }

  #moveAway(): void {
    const aside = `${this.#directory}.broken-${new Date(this.#clock.now()).toISOString().replaceAll(/[:.]/g, "-")}`;
    renameSync(this.#directory, aside);
    this.#aside = aside;
    this.#log.error("warehouse.set_aside", {
      code: "warehouse_corrupt",
      directory: this.#directory,
      aside,
      consequence: "an empty warehouse is filled from the event stream, as far as that reaches",
    });
  }

  #moveBack(aside: string): void {
    rmSync(this.#directory, { recursive: true, force: true });
    renameSync(aside, this.#directory);
    this.#aside = undefined;
    this.#log.error("warehouse.does_not_open", {
      code: "warehouse_unavailable",
      directory: this.#directory,
      reason: "an empty directory does not open either: look at space and permissions",
    });
  }
}
