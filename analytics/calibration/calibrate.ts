import {
  calibratedMethods,
  type CalibratedMetric,
  type CalibrationReport,
  type CalibrationRequest,
  type CalibrationRow,
  type NotCalibrated,
} from "../../protocols/calibration.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { defaultUnitType } from "../../protocols/ids.ts";
import { keepsGrowing, summaryKind } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Clock } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { type HistoryFailure, openHistory, type OpenedHistory } from "../history/open.ts";
import { readHistory } from "../history/read.ts";
import { isAdditive, unitStatement, valueStatement, withCovariate } from "../history/statement.ts";
import type { Changes } from "./changes.ts";
import { type MethodOutcome, type SplitOutcomes, type SplitTask, totalsOf } from "./judge.ts";
import { metricChanges, unitChanges } from "./metric-changes.ts";
import { splitsPerWord } from "./split-sums.ts";
import { verdictOf } from "./verdict.ts";

/** What a calibration is made with. `judge` runs on a thread of the pool. */
export interface CalibrationTools {
  readonly warehouse: Warehouse;
  readonly clock: Clock;
  readonly judge: (task: SplitTask) => Promise<Reply<SplitOutcomes, { code: string }>>;
  /** Tasks at the same time. */
  readonly lanes: number;
  readonly signal: AbortSignal;
  /** Told how much of the whole is done, from 0 to 1, and what is being done. */
  readonly progress: (share: number, what: string) => void;
}

export type CalibrationFailure = HistoryFailure | { readonly code: string };

/** Words of splits a task: with a million rows it takes about two seconds, which is how soon a cancelled one ends. */
const wordsPerTask = 4;

/** Replays the past under random splits, metric by metric: one metric's units are in memory at a time. */
export async function calibrate(
  environment: string,
  metrics: readonly Metric[],
  missing: readonly string[],
  request: CalibrationRequest,
  tools: CalibrationTools,
): Promise<Reply<CalibrationReport, CalibrationFailure>> {
  const { clock, warehouse, progress } = tools;
  const started = clock.monotonicMs();
  progress(0, "who was there");
  const opened = await openHistory(warehouse, environment, {
    history: request.history,
    metrics,
    now: clock.now(),
  });
  if (!opened.ok) return opened;
  const parts = metrics.length + 1;
  const rows: CalibrationRow[] = [];
  const shown: CalibratedMetric[] = [];
  for (const [index, metric] of [undefined, ...metrics].entries()) {
    const what = metric?.key ?? "the split of the units";
    const told = (share: number): void => progress((index + share) / parts, what);
    told(0);
    const part = await calibratePart(metric, opened.value, request, tools, told);
    if (!part.ok) return part;
    rows.push(...part.value.rows);
    if (part.value.metric !== undefined) shown.push(part.value.metric);
  }
  for (const key of missing)
    rows.push({ metric: key, method: "fixed", result: { kind: "metric_not_found" } });
  const { splits, seed, alpha } = request;
  return succeed({
    environment,
    history: opened.value.found,
    splits,
    seed,
    alpha,
    metrics: shown,
    rows,
    off: rows.some(({ result }) => result.kind === "calibrated" && result.verdict === "too_many"),
    tookMs: Math.round(clock.monotonicMs() - started),
  });
}

interface Part {
  readonly rows: readonly CalibrationRow[];
  readonly metric?: CalibratedMetric;
}

async function calibratePart(
  metric: Metric | undefined,
  opened: OpenedHistory,
  request: CalibrationRequest,
  tools: CalibrationTools,
  told: (share: number) => void,
): Promise<Reply<Part, CalibrationFailure>> {
  const none = (result: NotCalibrated): Reply<Part, never> =>
    succeed({
      rows: [
        metric === undefined
          ? { method: "sample_ratio", result }
          : { metric: metric.key, method: "fixed", result },
      ],
    });
  if (opened.found.units === 0) return none({ kind: "no_units" });
  const kind = metric === undefined ? undefined : summaryKind(metric, defaultUnitType);
  if (kind === "distribution") return none({ kind: "needs_rows" });
  const made = await changesOf(metric, opened, tools);
  if (!made.ok) {
    const { failure } = made;
    return "rowsMax" in failure ? none({ kind: "too_many_rows", rowsMax: failure.rowsMax }) : made;
  }
  const changes = made.value;
  if (changes.rows === 0) return none({ kind: "no_units" });
  const { alpha, tunedFor, seed, splits } = request;
  const common = {
    changes,
    ...(kind === undefined ? {} : { kind }),
    hasCovariate: metric !== undefined && withCovariate(metric),
    grows: metric !== undefined && keepsGrowing(metric),
    alpha,
    tunedFor,
    seed,
    splits,
  };
  const judged = await judgeAll(common, tools, (share) => told(0.2 + 0.8 * share));
  if (!judged.ok) return judged;
  const rows = calibratedMethods.flatMap((method): CalibrationRow[] => {
    const outcomes = judged.value.flatMap((each): MethodOutcome[] => {
      const outcome = each[method];
      return outcome === undefined ? [] : [outcome];
    });
    if (outcomes.length === 0) return [];
    const result = verdictOf(method, outcomes, alpha);
    return [{ ...(metric === undefined ? {} : { metric: metric.key }), method, result }];
  });
  if (metric === undefined) return succeed({ rows });
  const units = Math.round(totalsOf(changes).at(-changes.sums.length) ?? 0);
  const followed = isAdditive(metric) ? "by_day" : "by_entry";
  return succeed({ rows, metric: { metric: metric.key, units, followed } });
}

async function changesOf(
  metric: Metric | undefined,
  { from }: OpenedHistory,
  { warehouse, signal }: CalibrationTools,
): Promise<Reply<Changes, HistoryFailure>> {
  const { days } = from.history;
  const byDay = metric !== undefined && isAdditive(metric);
  const statement = metric === undefined ? unitStatement(from) : valueStatement(metric, from, byDay);
  const rows = await readHistory(warehouse, statement, signal);
  if (!rows.ok) return rows;
  return succeed(
    metric === undefined ? unitChanges(rows.value, days) : metricChanges(metric, rows.value, days, byDay),
  );
}

/** All splits, a piece after the other on each thread; the pool's bound decides how many at once. */
async function judgeAll(
  common: Omit<SplitTask, "from" | "words">,
  { judge, lanes, signal }: CalibrationTools,
  told: (share: number) => void,
): Promise<Reply<SplitOutcomes[], CalibrationFailure>> {
  const wordsInAll = Math.ceil(common.splits / splitsPerWord);
  const outcomes: SplitOutcomes[] = [];
  let done = 0;
  let failed: { readonly code: string } | undefined;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < wordsInAll && failed === undefined) {
      if (signal.aborted) {
        failed = { code: "cancelled" };
        return;
      }
      const from = next;
      const words = Math.min(wordsPerTask, wordsInAll - from);
      next += words;
      const answer = await judge({ ...common, from, words });
      if (!answer.ok) failed = answer.failure;
      else outcomes[from / wordsPerTask] = answer.value;
      done += words;
      told(done / wordsInAll);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed === undefined ? succeed(outcomes) : fail(failed);
}
