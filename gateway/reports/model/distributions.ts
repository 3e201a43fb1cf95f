import type { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type { Failure } from "../../../protocols/failures.ts";
import type { Metric } from "../../../protocols/metric.ts";
import { summaryKind } from "../../../protocols/metric-shape.ts";
import type { Part, Report, ReportDistribution } from "../../../protocols/report.ts";
import type { RowReply } from "../../../protocols/row-answers.ts";
import { countText } from "../../../protocols/number-text.ts";
import { absent, present } from "./report.ts";
import { roleOf, roles } from "./rows.ts";

/** Each is one more reading of all rows. */
const drawnMax = 3;

const again = "load the report again in a while";

/** Metrics that have more values than 0 and 1: the primary one first. */
function valuedMetrics({ experiment, metrics }: ExperimentDefinition): readonly Metric[] {
  const valued = metrics.filter((metric) => summaryKind(metric, experiment.unit) !== "proportion");
  return roles.flatMap((role) => valued.filter(({ key }) => roleOf(experiment, key) === role));
}

/** The part of a report, by what `read` gets for each metric. One metric that cannot be had leaves the others. */
export async function gatherDistributions(
  definition: ExperimentDefinition,
  read: (metric: Metric) => Promise<ReportDistribution["values"]>,
): Promise<Report["distributions"]> {
  const metrics = valuedMetrics(definition);
  if (metrics.length === 0) return absent("every metric is a share of units, whose values are 0 and 1");
  const found = metrics.map(async (metric, index): Promise<ReportDistribution> => ({
    metric: metric.key,
    role: roleOf(definition.experiment, metric.key),
    values: index < drawnMax ? await read(metric) : absent(`a report draws ${drawnMax} metrics at most`),
  }));
  return present(await Promise.all(found));
}

/** Of what is read from rows. */
export const underWay = absent(`it is being computed from single values; ${again}`);

/** What analytics said of one metric. */
export function valuesOf(reply: RowReply): ReportDistribution["values"] {
  if (reply.kind === "working") return underWay;
  const { asOf, distributions } = reply.answer;
  return distributions === undefined || distributions.length === 0
    ? absent("analytics gave no values")
    : present({ asOf, variants: distributions });
}

/** Why there are none. */
export function refusal(failure: Failure): Part<never> {
  switch (failure.code) {
    case "too_many":
      return absent(`there are more than ${countText(failure.max)} values`);
    case "overloaded":
      return absent(`analytics has more to compute than it takes; ${again}`);
    case "deadline_exceeded":
      return absent("analytics did not answer in time");
    case "unavailable":
      return absent(`analytics does not answer (${failure.reason.replaceAll("_", " ")})`);
    case "warehouse_unavailable":
      return absent(`the warehouse does not answer: ${failure.reason}`);
    case "invalid_request":
      return absent(failure.issues.map(({ message }) => message).join("; "));
    default:
      return absent(`it could not be computed (${failure.code})`);
  }
}
