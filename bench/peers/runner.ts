import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { CaseName } from "./cases.ts";
import type { ContestantName } from "./contestants.ts";
import type { Ask, Told } from "./worker.ts";

/** The slowest to open has a thousand flags to read and a hundred thousand people to make; the machine may be busy. */
const answerMsMax = 120_000;

/** A contestant in its process, so that what one of them does to the compiler or the heap is nobody else's. */
export class Runner {
  readonly name: ContestantName;
  readonly #child: ChildProcess;

  constructor(name: ContestantName) {
    this.name = name;
    // What peers print is their own affair: a table is read from our output.
    this.#child = fork(join(import.meta.dirname, "worker.ts"), [], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
  }

  /** Answers undefined when it is ready, else why it cannot take part: wrong answers are no figure. */
  async open(name: CaseName): Promise<string | undefined> {
    const told = await this.#ask({ kind: "open", name: this.name, case: name });
    return told.ok ? undefined : told.error;
  }

  async warmUp(ms: number): Promise<void> {
    const told = await this.#ask({ kind: "warm", ms });
    if (!told.ok) throw new Error(`${this.name}: ${told.error}`);
  }

  /** Decisions per CPU-second. */
  async round(ms: number): Promise<number> {
    const told = await this.#ask({ kind: "round", ms });
    if (!told.ok) throw new Error(`${this.name}: ${told.error}`);
    return told.rate;
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(ask: Ask): Promise<Told> {
    return new Promise((resolve) => {
      const child = this.#child;
      const end = (told: Told): void => {
        clearTimeout(timer);
        child.off("message", heard).off("exit", gone).off("error", gone);
        resolve(told);
      };
      const heard = (told: unknown): void => end(told as Told);
      const gone = (): void => end({ ok: false, error: "its process ended" });
      const timer = setTimeout(() => {
        end({ ok: false, error: `no answer to ${ask.kind} in ${answerMsMax} ms` });
        child.kill("SIGKILL");
      }, answerMsMax);
      child.on("message", heard).on("exit", gone).on("error", gone);
      child.send(ask);
    });
  }
}
