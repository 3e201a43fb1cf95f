import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { RowAnswer } from "../../protocols/row-answers.ts";
import type { Clock } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { Pool } from "../pool.ts";
import { roleOf } from "../statistics/scorecard/roles.ts";
import type { Urgency } from "../work-queue.ts";
import { capAtQuantile } from "./capping.ts";
import { comparisonsOf } from "./compare-rows.ts";
import { distributionsOf } from "./distributions.ts";
import { capShare } from "./method.ts";
import { readRows } from "./read.ts";
import type { ReadFailure } from "./read.ts";
import { rowsOf } from "./row-set.ts";
import { covariatesOf } from "./statement.ts";
import { Pieces } from "./pieces.ts";
import type { PieceFailure } from "./pieces.ts";
import type { RowQuestion } from "./question.ts";

export type RowFailure = ReadFailure | PieceFailure;

export interface RowSurroundings {
  readonly warehouse: Warehouse;
  readonly pool: Pool;
  readonly clock: Clock;
  /** Every message of the log up to it is in the warehouse; undefined where another process knows. */
  readonly position: () => number | undefined;
}

export interface AnswerOptions {
  readonly urgency: Exclude<Urgency, "live">;
  readonly signal?: AbortSignal | undefined;
  readonly rowsMax?: number;
  readonly progress?: (stage: "reading" | "computing", done: number, of?: number) => void;
}

/** Reads the rows, and computes what the method makes of them. A method that has no answer for a cell says why, there. */
export async function rowAnswer(
  { warehouse, pool, clock, position }: RowSurroundings,
  question: RowQuestion,
  { urgency, signal, rowsMax, progress }: AnswerOptions,
): Promise<Reply<RowAnswer, RowFailure>> {
  const { environment, definition, metric, method } = question;
  const { experiment } = definition;
  const [asOf, from, before] = [clock.now(), clock.monotonicMs(), position()];
  const covariates = method === "regression" ? (covariatesOf(metric, definition) ?? []) : [];
  const read = await readRows(
    warehouse,
    { environment, definition, metric, covariates },
    {
      signal,
      ...(rowsMax === undefined ? {} : { rowsMax }),
      progress: (rows) => progress?.("reading", rows),
    },
  );
  if (!read.ok) return read;
  const readAt = clock.monotonicMs();
  const pieces = new Pieces(
    pool,
    { urgency, signal, owner: `${environment}/${experiment.key}` },
    (done, of) => progress?.("computing", done, of),
  );
  const share = capShare(metric);
  const capped =
    share === undefined || method === "distribution"
      ? succeed({ rows: read.value })
      : await capAtQuantile(pieces, read.value, share, question.cap);
  if (!capped.ok) return capped;
  const { rows } = capped.value;
  const distributions =
    method === "distribution" ? await distributionsOf(pieces, rows, definition) : undefined;
  const comparisons = distributions === undefined ? await comparisonsOf(pieces, question, capped.value) : [];
  const failure = pieces.failure;
  if (failure !== undefined) return fail(failure);
  return succeed({
    environment,
    experiment: experiment.key,
    phase: experiment.phase,
    metric: metric.key,
    role: roleOf(experiment, metric.key),
    method,
    alpha: experiment.analysis.alpha,
    asOf,
    ...(before === undefined ? {} : { position: before }),
    rows: rowsOf(rows),
    ...("cap" in capped.value ? { cap: capped.value.cap } : {}),
    comparisons,
    ...(distributions === undefined ? {} : { distributions }),
    took: { readMs: Math.round(readAt - from), computeMs: Math.round(clock.monotonicMs() - readAt) },
  });
}
