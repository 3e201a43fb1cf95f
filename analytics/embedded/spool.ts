import { mkdirSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exceptions } from "./exception.ts";

// Bodies that the engine takes from a file only. They are in the warehouse's own directory, since rows are personal: on
// its disk, under its permissions, and moved aside with it.
//   F1. A file is gone when its insert has ended, however that was; after a crash, when the next process starts.
//   F2. A name is never used twice, because the engine remembers what it read under a name.

export class Spool {
  readonly #folder: string;
  #written = 0;

  /** Empties the folder, so this is for whoever holds the directory. */
  constructor(directory: string) {
    this.#folder = join(directory, "inserts");
    try {
      rmSync(this.#folder, { recursive: true, force: true }); // F1
    } catch {
      // A disk that takes no changes: what is left there goes with the next start.
    }
  }

  /** `work` with the body's file, which nobody else may read. */
  async hold<Value>(body: Uint8Array, work: (path: string) => Promise<Value>): Promise<Value> {
    const path = join(this.#folder, `${this.#written++}.native`); // F2
    try {
      await write(this.#folder, path, body);
      return await work(path);
    } finally {
      await rm(path, { force: true }).catch(() => undefined); // F1: at the next start
    }
  }
}

async function write(folder: string, path: string, body: Uint8Array): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, body, { mode: 0o600 });
  } catch (error) {
    throw asTheEngineSays(error);
  }
}

/** What stands in the way of writing, told as by the engine, which writes to the same disk. */
export function asTheEngineSays(error: unknown): unknown {
  const text = texts[(error as NodeJS.ErrnoException).code ?? ""];
  return text === undefined ? error : exceptions.cannotWrite(text);
}

const texts: Readonly<Record<string, string>> = {
  ENOSPC: "errno: 28, strerror: No space left on device",
  EDQUOT: "errno: 122, strerror: Disk quota exceeded",
  EROFS: "errno: 30, strerror: Read-only file system",
};
