import { readdirSync, readFileSync } from "node:fs";

/** The one process that another has started, and that still runs. */
export function childOf(parent: number): number | undefined {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [state, itsParent] = statusOf(name);
    if (Number(itsParent) === parent && state !== "Z") return Number(name);
  }
  return undefined;
}

/** State and parent; nothing of a process that ended while we looked. */
function statusOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
