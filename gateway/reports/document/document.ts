import type { Report } from "../../../protocols/report.ts";
import { metricBlocks, planBlocks, provenanceBlocks, queryBlocks } from "./appendix.ts";
import type { Document } from "./block.ts";
import { breakdownBlocks } from "./breakdown.ts";
import { depthBlocks } from "./depth.ts";
import { figureBlocks } from "./figures.ts";
import { healthBlocks } from "./health.ts";
import { methodBlocks } from "./methods.ts";
import { openingOf } from "./opening.ts";
import { scorecardBlocks } from "./scorecard.ts";

/** A report as it is read: the decision first, then whether to believe it, then the evidence, then how it was made. */
export function documentOf(report: Report): Document {
  return {
    title: report.title,
    place: `Experiment report, ${report.environment}/${report.experiment}`,
    blocks: [
      ...openingOf(report),
      ...healthBlocks(report),
      ...scorecardBlocks(report),
      ...figureBlocks(report),
      ...breakdownBlocks(report),
      ...depthBlocks(report),
      ...planBlocks(report),
      ...methodBlocks(report),
      ...metricBlocks(report),
      ...queryBlocks(report),
      ...provenanceBlocks(report),
    ],
  };
}
