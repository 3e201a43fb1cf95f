import { standingPause } from "../../protocols/breach.ts";
import { pauseShown } from "../../protocols/automatic-pause-words.ts";
import type { ResultSummary } from "../../protocols/result-summary.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { reportRows } from "../reports/model/rows.ts";
import { headlineOf } from "../reports/model/headline.ts";

/** Of more variants the rest is in the results. */
const numbersMax = 20;

/** Decision, sentences and the primary metric's numbers, with guardrails that do not hold. */
export function resultSummary(result: ExperimentResult): ResultSummary {
  const { definition, analysis, summary } = result;
  const { experiment } = definition;
  const { scorecard, sampleRatio } = analysis;
  const pause = standingPause(experiment);
  const rows = reportRows(result).filter(
    ({ role, guardrail, breach }) =>
      role === "primary" || breach !== undefined || (role === "guardrail" && guardrail?.kind !== "holds"),
  );
  return {
    environment: result.environment,
    experiment: experiment.key,
    title: experiment.name ?? experiment.key,
    status: experiment.status,
    phase: experiment.phase,
    at: result.at,
    units: summary.variants.reduce((sum, { units }) => sum + units, 0),
    headline: headlineOf(scorecard?.decision),
    ...(scorecard === undefined ? {} : { decision: scorecard.decision }),
    ...(pause === undefined ? {} : { automaticPause: pauseShown(pause) }),
    sentences: scorecard?.summary ?? [],
    numbers: rows.slice(0, numbersMax).map((row) => ({
      variant: row.variant,
      metric: row.metric,
      role: row.role,
      verdict: row.verdict,
      ...(row.difference === undefined ? {} : { difference: row.difference }),
      ...(row.lift === undefined ? {} : { lift: row.lift }),
      ...(row.now === undefined ? {} : { interval: row.now.interval }),
      ...(row.now?.pValue === undefined ? {} : { pValue: row.now.pValue }),
      ...(row.breach === undefined ? {} : { breach: row.breach }),
      ...(row.reason === undefined ? {} : { reason: row.reason }),
    })),
    sampleRatio:
      sampleRatio.kind === "tested" ? (sampleRatio.mismatch ? "mismatch" : "as_planned") : "not_tested",
  };
}
