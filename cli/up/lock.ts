import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { CliFailure, systemCodeOf } from "../failure.ts";
import { dataPaths } from "../paths.ts";

// One Weir per data directory.
//   L1. The lock appears with its content, or not at all (link of a finished file).
//   L2. A lock whose process is gone is taken over. Process ids are used again, so the start time counts too.

const Owner = z.object({ pid: z.number().int(), startTime: z.string().optional() });
type Owner = z.infer<typeof Owner>;

export interface Lock {
  /** The last one was killed: what it had started may need a moment to notice. */
  readonly wasStale: boolean;
  release(): void;
}

/** Takes the directory or says who has it. */
export function takeLock(dataDir: string): Lock {
  const { lock } = dataPaths(dataDir);
  const draft = `${lock}.${process.pid}`;
  const startTime = startTimeOf(process.pid);
  writeFileSync(
    draft,
    JSON.stringify({ pid: process.pid, ...(startTime === undefined ? {} : { startTime }) }),
  );
  let wasStale = false;
  try {
    // Repeated: after a stale lock was moved away, another starter may have been quicker, and then it is refused.
    while (!tryLink(draft, lock)) {
      refuseIfAlive(lock, dataDir);
      moveAway(lock);
      wasStale = true;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    wasStale,
    release() {
      if (readOwner(lock)?.pid === process.pid) rmSync(lock, { force: true });
    },
  };
}

function tryLink(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock); // L1
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function refuseIfAlive(lock: string, dataDir: string): void {
  const owner = readOwner(lock);
  if (owner === undefined || !isRunning(owner)) return;
  throw new CliFailure(
    "already_running",
    `Weir is already running on ${dataDir} (process ${owner.pid}): stop it first, or choose another --data-dir`,
  );
}

function moveAway(lock: string): void {
  const grave = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, grave);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  }
  rmSync(grave, { force: true });
}

function readOwner(lock: string): Owner | undefined {
  try {
    return Owner.parse(JSON.parse(readFileSync(lock, "utf8")));
  } catch {
    return undefined;
  }
}

function isRunning(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (systemCodeOf(error) !== "EPERM") return false;
  }
  return owner.startTime === undefined || startTimeOf(owner.pid) === owner.startTime; // L2
}

/**
 * Ticks from boot to the process's start: field 22 of Linux's stat, counted behind the name, which may hold blanks.
 * "dead" for one that was killed and is only kept for its parent to notice, which answers signals like a living one.
 */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "dead" : fields[19];
  } catch {
    return undefined;
  }
}
