import type { DepthReply, DepthRequest, Interactions, Triggered } from "../../protocols/depth.ts";
import type { Part, Report } from "../../protocols/report.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Room } from "../call.ts";
import { refusal, underWay } from "../reports/model/distributions.ts";
import { absent, present } from "../reports/model/report.ts";
import type { Experiment } from "./experiment-result.ts";
import { askedOnce } from "./polled.ts";

/** What single values tell of the primary metric beside its effect. */
export async function depthOf(
  room: Room,
  { environment }: Experiment,
  { definition }: ExperimentResult,
  waitMs: number,
): Promise<Report["depth"]> {
  const metric = definition.experiment.metrics.primary;
  const read = async <Answered extends Interactions | Triggered>(
    kind: Answered["kind"],
  ): Promise<Part<Answered>> => {
    // Nobody polls for a report: the answer is there when it is loaded again.
    const request: DepthRequest = { kind, environment, definition, metric, waitMs, toEnd: true };
    const reply = await askedOnce<DepthReply>(room, subjects.depth, request);
    if (reply === undefined) return absent("no connection to the log");
    if (!reply.ok) return refusal(reply.failure);
    return reply.value.kind === "working" ? underWay : present(reply.value.answer as Answered);
  };
  const [interactions, triggered] = await Promise.all([
    read<Interactions>("interactions"),
    read<Triggered>("triggered"),
  ]);
  return { interactions, triggered };
}
