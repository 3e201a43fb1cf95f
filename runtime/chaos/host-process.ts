import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Clock } from "../ports/clock.ts";

/** What a host process is told when it starts. */
export interface HostSettings {
  readonly name: string;
  readonly url: string;
  readonly leaseTtlMs: number;
  /** As many as there are servers. */
  readonly replicas: number;
}

const entry = join(import.meta.dirname, "host", "main.ts");
const setpriv = "/usr/bin/setpriv";
/** A host that cannot open its streams during an outage ends, and is started again, as a supervisor would. */
const restartMs = 500;
const drainMsMax = 20_000;

interface Up {
  readonly kind: "up";
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  ready: boolean;
}
type Life = { readonly kind: "down" } | Up;

/** One host over all its lives. */
export class HostProcess {
  readonly #settings: HostSettings;
  readonly #logFile: string;
  readonly #clock: Pick<Clock, "sleep">;
  readonly #onCrash: (text: string) => void;
  #life: Life = { kind: "down" };
  #suspended = false;
  #wanted = false;
  lives = 0;
  /** Ends before it was ready: an outage met its start. */
  failedStarts = 0;

  constructor(
    settings: HostSettings,
    tools: {
      readonly logFile: string;
      readonly clock: Pick<Clock, "sleep">;
      /** It ended by itself after it was ready. */
      readonly onCrash: (text: string) => void;
    },
  ) {
    this.#settings = settings;
    this.#logFile = tools.logFile;
    this.#clock = tools.clock;
    this.#onCrash = tools.onCrash;
  }

  get name(): string {
    return this.#settings.name;
  }

  get ready(): boolean {
    return this.#life.kind === "up" && this.#life.ready;
  }

  /** Keeps it running from now on, whatever becomes of one life. */
  start(): void {
    this.#wanted = true;
    if (this.#life.kind === "down") this.#launch();
  }

  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Hands over and ends; killed when it does not in time. Tells which. */
  async drain(): Promise<"drained" | "killed"> {
    const life = this.#life;
    this.#wanted = false;
    if (life.kind === "down") return "drained";
    const given = new AbortController();
    void life.exited.then(() => given.abort());
    life.child.kill("SIGTERM");
    await this.#clock.sleep(drainMsMax, given.signal);
    if (given.signal.aborted) return "drained";
    await this.#end("SIGKILL");
    return "killed";
  }

  suspend(): void {
    if (this.#life.kind === "up") this.#suspended = this.#life.child.kill("SIGSTOP");
  }

  resume(): void {
    if (this.#life.kind === "up" && this.#suspended) this.#life.child.kill("SIGCONT");
    this.#suspended = false;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    const life = this.#life;
    if (life.kind === "down") return;
    life.child.kill(signal);
    await life.exited;
  }

  #launch(): void {
    const log = openSync(this.#logFile, "a");
    const [file, ...rest] = [
      // It dies with us even when we are killed, and even while it is suspended.
      ...(existsSync(setpriv) ? [setpriv, "--pdeathsig", "KILL"] : []),
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      entry,
      JSON.stringify(this.#settings),
    ];
    // A group of its own: Ctrl-C in the terminal is for us, who then end it.
    const child = spawn(file ?? "", rest, { stdio: ["ignore", log, log, "ipc"], detached: true });
    closeSync(log);
    this.lives++;
    this.#suspended = false;
    const exited = new Promise<void>((resolve) => {
      child.once("exit", (code, signal) => {
        resolve();
        this.#ended(life, `${this.name} ended with ${signal ?? String(code)}`);
      });
    });
    const life: Up = { kind: "up", child, exited, ready: false };
    child.on("message", () => (life.ready = true));
    child.on("error", () => {}); // a message to a process that is gone; its exit says the rest
    this.#life = life;
  }

  #ended(life: Up, text: string): void {
    this.#life = { kind: "down" };
    if (!this.#wanted) return;
    if (life.ready) this.#onCrash(text);
    else this.failedStarts++;
    void this.#clock.sleep(restartMs).then(() => {
      if (this.#wanted && this.#life.kind === "down") this.#launch();
    });
  }
}
