import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { MonitorView } from "../../protocols/monitor.ts";
import type { Part, Report, ReportQuery } from "../../protocols/report.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { documentOf } from "../reports/document/document.ts";
import { formatOf, type Format } from "../reports/format.ts";
import { contentSecurityPolicy, htmlOf } from "../reports/html.ts";
import { markdownOf } from "../reports/markdown.ts";
import { absent, present, reportOf } from "../reports/model/report.ts";
import { ask, versionTag } from "./ask.ts";
import { breakdownOf } from "./breakdown.ts";
import { addressOf, experimentOf, resultOf, sourceOf, type Experiment } from "./experiment-result.ts";
import { pipelineOf } from "./pipeline.ts";
import { depthOf } from "./report-depth.ts";
import { distributionsOf } from "./report-distributions.ts";

const queriesMsMax = 3_000;

/** `GET /v1/reports/{key}`: all that is known of an experiment, as data, as Markdown, or as a page. */
export async function getReport(room: Room, call: Call): Promise<Answer> {
  const of = experimentOf(room, call);
  if (!of.ok) return call.problem(of.failure);
  const format = formatOf(call.head, ["json", "md", "html"]);
  if (!format.ok) return call.problem(format.failure);
  const source = sourceOf(call);
  if (!source.ok) return call.problem(source.failure);
  const waitMs = waitOf(call);
  if (!waitMs.ok) return call.problem(waitMs.failure);
  const isDeep = isDeepOf(call);
  if (!isDeep.ok) return call.problem(isDeep.failure);
  const result = await resultOf(room, call, of.value, { source: source.value, detail: true });
  if (!result.ok) return call.problem(result.failure);
  const asked = { waitMs: waitMs.value, isDeep: isDeep.value };
  return reportAnswer(await gathered(room, call, of.value, result.value, asked), format.value);
}

/** Rows of a large experiment take seconds to read. Who asks for a page has it at once, and the rest when it is loaded again. */
const waitMsDefault = 50;
const waitMsMax = 5_000;

function waitOf(call: Call): Outcome<number> {
  const wanted = queryValue(call.head.query, "wait");
  const waitMs = wanted === undefined ? waitMsDefault : Number(wanted);
  if (Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= waitMsMax) return succeed(waitMs);
  const issues = [{ path: "wait", message: `must be whole milliseconds from 0 to ${waitMsMax}` }];
  return fail({ code: "invalid_request", issues });
}

/** Other experiments and who met the change take all rows to read, so only who asks for them sets that off. */
function isDeepOf(call: Call): Outcome<boolean> {
  const wanted = queryValue(call.head.query, "depth") ?? "false";
  if (wanted === "true" || wanted === "false") return succeed(wanted === "true");
  return fail({ code: "invalid_request", issues: [{ path: "depth", message: "must be true or false" }] });
}

/** Only the result is needed; a part that does not answer is missing from the report, which says so. */
async function gathered(
  room: Room,
  call: Call,
  of: Experiment,
  result: ExperimentResult,
  { waitMs, isDeep }: { readonly waitMs: number; readonly isDeep: boolean },
): Promise<Report> {
  const [timeline, breakdowns, distributions, depth, queries, positions] = await Promise.all([
    timelineOf(room, call, of),
    breakdownsOf(room, result),
    distributionsOf(room, of, result, waitMs),
    isDeep ? depthOf(room, of, result, waitMs) : undefined,
    queriesOf(room, of, result),
    positionsOf(room, of),
  ]);
  const at = room.clock.now();
  return reportOf({ result, timeline, breakdowns, distributions, depth, queries, positions, at });
}

async function timelineOf(room: Room, call: Call, of: Experiment): Promise<Report["timeline"]> {
  const view = await ask<MonitorView>(room, call, addressOf("monitor", of), { type: "get" }, "monitor");
  return view.ok ? present(view.value.points) : absent(`earlier looks cannot be read (${view.failure.code})`);
}

async function breakdownsOf(room: Room, result: ExperimentResult): Promise<Report["breakdowns"]> {
  const dimensions = result.definition.experiment.dimensions ?? [];
  if (dimensions.length === 0) return absent("the experiment has no dimensions");
  const answers = await Promise.all(dimensions.map((dimension) => breakdownOf(room, result, dimension)));
  const failed = answers.find((answer) => !answer.ok);
  if (failed !== undefined && !failed.ok) return absent(`it could not be computed (${failed.failure.code})`);
  return present(answers.flatMap((answer) => (answer.ok ? [answer.value] : [])));
}

async function queriesOf(
  room: Room,
  { environment }: Experiment,
  { definition }: ExperimentResult,
): Promise<Part<readonly ReportQuery[]>> {
  const messaging = room.link()?.connection.messaging;
  const options = { timeoutMs: queriesMsMax };
  const request = { environment, definition };
  const answer = await messaging?.request<readonly ReportQuery[]>(subjects.sql, request, options);
  return answer?.ok === true ? present(answer.value) : absent("analytics did not answer");
}

async function positionsOf(
  room: Room,
  { environment }: Experiment,
): Promise<Report["provenance"]["positions"]> {
  const pipeline = await pipelineOf(room, environment);
  return pipeline.ok
    ? present(pipeline.value.partitions.map(({ partition, folded }) => ({ partition, folded })))
    : absent("the log does not answer");
}

function reportAnswer(report: Report, format: Exclude<Format, "csv">): Answer {
  const headers: Answer["headers"] = [
    versionTag(report.provenance.revision),
    ["cache-control", "no-cache"],
    ["vary", "accept"],
  ];
  switch (format) {
    case "json":
      return jsonAnswer(200, report, headers);
    case "md":
      return {
        status: 200,
        headers: [["content-type", "text/markdown; charset=utf-8"], ...headers],
        body: markdownOf(documentOf(report)),
      };
    case "html":
      return {
        status: 200,
        headers: [
          ["content-type", "text/html; charset=utf-8"],
          ["content-security-policy", `${contentSecurityPolicy()}; frame-ancestors 'none'`],
          ["x-content-type-options", "nosniff"],
          ["referrer-policy", "no-referrer"],
          ...headers,
        ],
        body: htmlOf(documentOf(report)),
      };
  }
}
