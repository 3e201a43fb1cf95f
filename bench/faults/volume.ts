import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

// A small disk in memory, which can be filled and made read-only without harm to anybody else. It is gone when this
// process is, however that ends: a shell holds the other end of a pipe and unmounts once that closes.

const sh = 'read -r _; while umount -l "$1"; do :; done';
const chunkBytes = 1024 ** 2;

export class Volume {
  readonly directory: string;
  readonly #filler: string;
  readonly #guardian: ChildProcess;

  private constructor(directory: string, guardian: ChildProcess) {
    this.directory = directory;
    this.#filler = join(directory, "filler");
    this.#guardian = guardian;
  }

  /** Mounted over `directory`; the reason where that may not be done. */
  static mount(directory: string, bytes: number): Volume | string {
    mkdirSync(directory, { recursive: true });
    const refusal = refused(["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "weir-faults", directory]);
    if (refusal !== undefined) return refusal;
    // Detached: an interrupt from the terminal is for us, not for it.
    const stdio = ["pipe", "ignore", "ignore"] as const;
    return new Volume(
      directory,
      spawn("sh", ["-c", sh, "sh", directory], { stdio: [...stdio], detached: true }),
    );
  }

  /** To the last byte. */
  async fill(): Promise<void> {
    const file = await open(this.#filler, "w");
    try {
      for (const chunk = Buffer.alloc(chunkBytes); ;) await file.write(chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      await file.close();
    }
  }

  drain(): void {
    rmSync(this.#filler, { force: true });
  }

  /**
   * A second, read-only way to the same files, laid over the first: the system refuses to make one read-only while files are
   * open for writing, and ClickHouse always has one. Whatever it opens, makes or renames from now on is refused.
   */
  forbidWrites(): void {
    const refusal = refused(["-o", "bind,ro", this.directory, this.directory]);
    if (refusal !== undefined) throw new Error(`the volume cannot be made read-only: ${refusal}`);
  }

  allowWrites(): void {
    execFileSync("umount", ["-l", this.directory]); // lazily: files may be open for reading
  }

  async close(): Promise<void> {
    const exited = once(this.#guardian, "exit");
    this.#guardian.stdin?.end();
    if (this.#guardian.exitCode === null) await exited;
  }
}

function refused(args: readonly string[]): string | undefined {
  try {
    execFileSync("mount", args, { stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: Buffer };
    return stderr?.toString().split("\n")[0]?.trim() ?? message;
  }
}
