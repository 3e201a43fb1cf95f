import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** More than the engine writes until it answers. */
const probeBytes = 1024 ** 2;

/** Why nothing can be written to a directory, in the system's word for it (ENOSPC, EROFS, …); undefined when it can. */
export function writeObstacle(directory: string): string | undefined {
  const probe = join(directory, "write-probe");
  try {
    writeFileSync(probe, Buffer.alloc(probeBytes), { flush: true });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    removed(probe);
  }
}

function removed(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Of a file that could not be made, on a disk that takes no changes.
  }
}

const cures: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free some space",
  EDQUOT: "the quota is used up: free some space or raise it",
  EROFS: "the file system is read-only: look at the disk, then make it writable",
  EACCES: "permission is refused: give this user the directory",
  EPERM: "permission is refused: give this user the directory",
};

/** What a person does about it. */
export const cureOf = (obstacle: string): string =>
  cures[obstacle] ?? `writing fails (${obstacle}): look at the disk`;
