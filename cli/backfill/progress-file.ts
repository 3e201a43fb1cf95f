import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";

const Progress = z.object({ url: z.string(), environment: z.string(), rows: z.number().int().min(0) });

/**
 * How far a file was sent, beside the file: every row up to `rows` was answered for. Ids make repetition harmless; this
 * makes it short, and keeps it within what the folds remember of ids.
 */
export class ProgressFile {
  readonly path: string;
  readonly #place: { readonly url: string; readonly environment: string };

  constructor(file: string, place: { readonly url: string; readonly environment: string }) {
    this.path = `${file}.progress`;
    this.#place = place;
  }

  /** 0 when there is none, or it is about another place. */
  read(): number {
    try {
      const { url, environment, rows } = Progress.parse(JSON.parse(readFileSync(this.path, "utf8")));
      return url === this.#place.url && environment === this.#place.environment ? rows : 0;
    } catch {
      return 0;
    }
  }

  write(rows: number): void {
    const next = `${this.path}.new`;
    writeFileSync(next, JSON.stringify({ ...this.#place, rows }));
    renameSync(next, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
