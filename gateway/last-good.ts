import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { escapeToken } from "../protocols/topology.ts";
import type { Log } from "../runtime/index.ts";

/**
 * The newest plans and directory on disk, so that a gateway that starts while the log is away still answers. A file is
 * written beside its place and renamed, so that a crash leaves the old one or the new one. Failing to write costs
 * nothing but this fallback, so it is logged and not passed on.
 */
export class LastGood {
  readonly #folder: string;
  readonly #log: Log;
  /** Writes of one file follow each other: two at once could rename in the wrong order. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  savePlan = (environment: string, text: string): Promise<void> => this.#save(planFile(environment), text);
  saveDirectory = (text: string): Promise<void> => this.#save("directory.json", text);
  removePlan = (environment: string): Promise<void> =>
    this.#after(planFile(environment), (path) => rm(path, { force: true }));

  /** As they were written. */
  async plans(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const plans = await Promise.all(
      names
        .filter((name) => name.startsWith("plan-") && name.endsWith(".json"))
        .map((name) => this.#read(name)),
    );
    return plans.filter((plan) => plan !== undefined);
  }

  async directory(): Promise<unknown> {
    try {
      return JSON.parse((await this.#read("directory.json")) ?? "");
    } catch {
      return undefined; // absent, or not ours
    }
  }

  /** Resolves when every write so far is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, name), "utf8");
    } catch {
      return undefined; // absent
    }
  }

  #save(name: string, text: string): Promise<void> {
    return this.#after(name, async (path) => {
      await mkdir(this.#folder, { recursive: true });
      // Gateways of one machine may share the folder, so each has a temporary name of its own.
      const temporary = `${path}.${process.pid}.tmp`;
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, path);
    });
  }

  #after(name: string, act: (path: string) => Promise<void>): Promise<void> {
    const done = (this.#tails.get(name) ?? Promise.resolve())
      .then(() => act(join(this.#folder, name)))
      .catch((error: unknown) => this.#log.warn("last_good_not_written", { name, error }));
    this.#tails.set(name, done);
    return done;
  }
}

const planFile = (environment: string): string => `plan-${escapeToken(environment)}.json`;
