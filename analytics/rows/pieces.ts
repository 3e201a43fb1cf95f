import { fail } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { NoAnswer } from "../../protocols/scorecard.ts";
import type { Pool, WorkFailure, WorkOptions } from "../pool.ts";
import { noAnswer } from "./silence.ts";
import type { RowTaskName, RowTaskResult, RowTask } from "./tasks.ts";

/** What ends the whole of an answer, and not a cell of it. */
export type PieceFailure = Exclude<WorkFailure, { code: "failed" }>;

/** The pieces of one answer in the pool: how many are done, and whether the answer was given up. */
export class Pieces {
  /** The first reason for which there will be no answer at all. */
  failure: PieceFailure | undefined;
  readonly #pool: Pool;
  readonly #options: WorkOptions;
  readonly #progress: (done: number, of: number) => void;
  #done = 0;
  #all = 0;

  constructor(pool: Pool, options: WorkOptions, progress: (done: number, of: number) => void) {
    this.#pool = pool;
    this.#options = options;
    this.#progress = progress;
  }

  get threads(): number {
    return this.#pool.threads;
  }

  /** A defect, or a thread that died, is a reason for the cell. */
  async run<Name extends RowTaskName>(
    name: Name,
    ...given: Extract<RowTask, { name: Name }>["arguments"]
  ): Promise<Reply<RowTaskResult<Name>, NoAnswer>> {
    this.#progress(this.#done, ++this.#all);
    const task = { name, arguments: given } as unknown as Extract<RowTask, { name: Name }>;
    const result = await this.#pool.work<Name>(task, this.#options);
    this.#progress(++this.#done, this.#all);
    if (result.ok) return result;
    const { failure } = result;
    if (failure.code === "failed") return fail(noAnswer({ kind: "failed", error: failure.error }));
    this.failure ??= failure;
    return fail(noAnswer({ kind: failure.code }));
  }
}
