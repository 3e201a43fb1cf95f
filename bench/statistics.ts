import type { StatisticsPart } from "./statistics/part.ts";
import type { BenchReport, BenchRow, BenchRun } from "./report.ts";
import { bootstrap } from "./statistics/bootstrap.ts";
import { rawRows } from "./statistics/raw-rows.ts";
import { refresh } from "./statistics/refresh.ts";
import { scorecard } from "./statistics/scorecard.ts";

const parts: readonly StatisticsPart[] = [scorecard, refresh, bootstrap, rawRows];

/** From sums in one thread; from raw rows out of ClickHouse; and replicates of a million units over the pool's threads. */
export async function run(options: Parameters<BenchRun>[0]): Promise<BenchReport> {
  const rows: BenchRow[] = [];
  for (const part of parts) rows.push(...(await part(options)));
  const notes = [
    "scorecard: 20 metrics × 4 variants, each with a covariate, always-valid, Holm; median of 20",
    "raw rows: skewed amounts, made inside ClickHouse; every figure holds the reading as well",
    "what it is held against: one thread's pass over the same values, and the bare values out of the same table",
  ];
  return { name: "statistics", rows, notes };
}
