import { systemClock } from "../../runtime/index.ts";

/** To a process that may be gone already. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

export async function held(pid: number, ms: number, signal: AbortSignal): Promise<void> {
  signalTo(pid, "SIGSTOP");
  await systemClock.sleep(ms, signal);
  signalTo(pid, "SIGCONT");
}
