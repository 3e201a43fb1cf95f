import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../runtime/index.ts";

/** What of a chDB directory is spoiled: what says which tables there are, or what holds their rows. */
export const spoilable = {
  definitions: /\/store\/.*\.sql$/,
  rows: /\/store\/.*\/\w+_\d+_\d+_\d+\/[^/]+\.(bin|cmrk\d?|cidx|idx|txt)$/,
} as const;

const garbageBytesMax = 64;

/** Overwrites the middle of some files with garbage; how many there were. */
export function spoil(directory: string, which: RegExp, count: number, random: Random): number {
  const files = filesIn(directory)
    .filter((file) => which.test(file) && sizeOf(file) > 0)
    .sort();
  const chosen = Array.from({ length: Math.min(count, files.length) }, () => {
    const [file = ""] = files.splice(Math.floor(random.fraction() * files.length), 1);
    return file;
  });
  for (const file of chosen) overwrite(file, random);
  return chosen.length;
}

/** Somebody may still be moving things there: an engine whose parent was killed ends a little later than it. */
function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function overwrite(path: string, random: Random): void {
  const size = sizeOf(path);
  if (size === 0) return;
  const length = Math.min(garbageBytesMax, Math.ceil(size / 2));
  const garbage = Buffer.from(random.hex(length), "hex");
  const file = openSync(path, "r+");
  try {
    writeSync(file, garbage, 0, length, Math.floor((size - length) / 2));
  } finally {
    closeSync(file);
  }
}
