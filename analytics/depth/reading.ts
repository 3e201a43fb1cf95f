import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { AnswerOptions, RowFailure, RowSurroundings } from "../rows/answer.ts";
import { capAtQuantile } from "../rows/capping.ts";
import { capShare } from "../rows/method.ts";
import { Pieces } from "../rows/pieces.ts";
import { readRows } from "../rows/read.ts";
import type { ReadRequest } from "../rows/read.ts";
import type { RowSet } from "../rows/row-set.ts";

/** One answer's reading and computing: what it waits for, when it was, and how it ends early. */
export class DepthReading {
  readonly pieces: Pieces;
  readonly #surroundings: RowSurroundings;
  readonly #options: AnswerOptions;
  readonly #asOf: number;
  readonly #begun: number;
  readonly #position: number | undefined;
  #readMs = 0;
  #rows = 0;

  constructor(surroundings: RowSurroundings, options: AnswerOptions, owner: string) {
    const { pool, clock, position } = surroundings;
    const { urgency, signal, progress } = options;
    this.#surroundings = surroundings;
    this.#options = options;
    [this.#asOf, this.#begun, this.#position] = [clock.now(), clock.monotonicMs(), position()];
    this.pieces = new Pieces(pool, { urgency, signal, owner }, (done, of) =>
      progress?.("computing", done, of),
    );
  }

  /** Whether nobody waits any more, before the next statement is sent. */
  get isGivenUp(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  /** The rows of a metric, under its cap. */
  async read(request: Omit<ReadRequest, "covariates">): Promise<Reply<RowSet, RowFailure>> {
    const { warehouse, clock } = this.#surroundings;
    const { signal, rowsMax, progress } = this.#options;
    const before = clock.monotonicMs();
    const read = await readRows(
      warehouse,
      { ...request, covariates: [] },
      {
        signal,
        ...(rowsMax === undefined ? {} : { rowsMax }),
        progress: (rows) => progress?.("reading", this.#rows + rows),
      },
    );
    this.#readMs += clock.monotonicMs() - before;
    if (!read.ok) return read;
    this.#rows += read.value.values.length;
    return read;
  }

  /** The cap of a percentile is that of all rows together. */
  async capped(rows: RowSet, metric: ReadRequest["metric"]): Promise<Reply<RowSet, RowFailure>> {
    const share = capShare(metric);
    if (share === undefined) return succeed(rows);
    const capped = await capAtQuantile(this.pieces, rows, share, undefined);
    return capped.ok ? succeed(capped.value.rows) : capped;
  }

  /** The part of an answer that says how it came about; or why there is none. */
  finish(): Reply<Finished, RowFailure> {
    const failure = this.pieces.failure;
    if (failure !== undefined) return fail(failure);
    const allMs = this.#surroundings.clock.monotonicMs() - this.#begun;
    const readMs = Math.round(this.#readMs);
    return succeed({
      asOf: this.#asOf,
      ...(this.#position === undefined ? {} : { position: this.#position }),
      rows: this.#rows,
      took: { readMs, computeMs: Math.max(0, Math.round(allMs) - readMs) },
    });
  }
}

interface Finished {
  readonly asOf: number;
  readonly position?: number;
  readonly rows: number;
  readonly took: { readonly readMs: number; readonly computeMs: number };
}
