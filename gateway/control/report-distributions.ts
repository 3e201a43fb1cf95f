import type { Metric } from "../../protocols/metric.ts";
import type { Report, ReportDistribution } from "../../protocols/report.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { RowReply, RowRequest } from "../../protocols/row-answers.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Room } from "../call.ts";
import { gatherDistributions, refusal, valuesOf } from "../reports/model/distributions.ts";
import { absent } from "../reports/model/report.ts";
import type { Experiment } from "./experiment-result.ts";
import { askedOnce } from "./polled.ts";

/** The single values of a report's metrics, all asked for at once. */
export async function distributionsOf(
  room: Room,
  { environment }: Experiment,
  { definition }: ExperimentResult,
  waitMs: number,
): Promise<Report["distributions"]> {
  const read = async ({ key: metric }: Metric): Promise<ReportDistribution["values"]> => {
    // Nobody polls for a report: the values are there when it is loaded again.
    const asked = { method: "distribution", toEnd: true } as const;
    const request: RowRequest = { environment, definition, metric, waitMs, ...asked };
    const reply = await askedOnce<RowReply>(room, subjects.rowAnswer, request);
    if (reply === undefined) return absent("no connection to the log");
    return reply.ok ? valuesOf(reply.value) : refusal(reply.failure);
  };
  return gatherDistributions(definition, read);
}
