import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { CliFailure } from "../failure.ts";
import type { PartExit, PartProcess, PartSpec } from "./part.ts";

export interface NodePartOptions {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Receives what the process writes. */
  readonly logFile: string;
  readonly readyTimeoutMs: number;
}

/** A Node process of ours: it says `{type: "ready"}` over its channel and ends by itself when the channel closes. */
export const nodePart = (options: NodePartOptions): PartSpec => ({
  name: options.name,
  readyTimeoutMs: options.readyTimeoutMs,
  start: () => Promise.resolve(startNode(options)),
});

function startNode({ name, script, args = [], environment, logFile }: NodePartOptions): PartProcess {
  const log = openSync(logFile, "a");
  // A process group of its own: Ctrl-C in the terminal must reach only us, or the order of stopping is lost. And the
  // whole group can be killed, with what the part itself started.
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...args], {
    stdio: ["ignore", log, log, "ipc"],
    env: { ...environment },
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  const exited = new Promise<PartExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: -1, signal: null }));
  });
  if (pid === undefined) throw new CliFailure("spawn_failed", `the process of ${name} could not be created`);
  const ready = new Promise<void>((resolve) => {
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "type" in message && message.type === "ready")
        resolve();
    });
  });
  return {
    pid,
    ready,
    exited,
    end: () => void child.kill("SIGTERM"),
    kill: () => killGroup(pid),
  };
}

/** Ends a process group, or what is left of it. */
export function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // It is gone already, which is what we want.
    }
  }
}
