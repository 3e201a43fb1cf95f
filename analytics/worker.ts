import type { AnalyseRequest } from "../protocols/analytics-messages.ts";
import type { Breakdown, BreakdownRequest } from "../protocols/breakdown.ts";
import type { Analysis } from "../protocols/results.ts";
import { runRowTask } from "./rows/tasks.ts";
import type { RowTask } from "./rows/tasks.ts";
import { breakdown } from "./statistics/breakdown.ts";
import { analyse } from "./statistics/scorecard/scorecard.ts";

// The pool's thread. Work comes from the pool only, inside the same process, so nothing is parsed again here.

export function analyseTask(request: AnalyseRequest): Analysis {
  return analyse(request);
}

export function breakdownTask(request: BreakdownRequest): Breakdown {
  return breakdown(request);
}

export function rowTask(task: RowTask): unknown {
  return runRowTask(task);
}
