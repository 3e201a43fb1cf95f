import type { HandleContext } from "../../runtime/index.ts";
import { metricVersion, versionAfter } from "../../protocols/metric-change.ts";
import { draft } from "./history.ts";
import { put, versionFailure } from "./put.ts";
import type { EnvironmentState } from "./state.ts";
import { refuse, type EnvironmentStep, type MessageOf } from "./step.ts";

/** A metric's edit gets the version that its change makes it; what states an older one than there is, is refused. */
export function putMetric(
  state: EnvironmentState,
  { metric, expectedVersion }: MessageOf<"put_metric">,
  context: HandleContext,
): EnvironmentStep {
  const seen = versionFailure(state, { collection: "metrics", key: metric.key, expectedVersion });
  if (seen !== undefined) return refuse(seen);
  const present = draft(state.histories, "metrics", metric.key);
  const version = versionAfter(present, metric);
  if (version === undefined)
    return refuse({
      code: "version_conflict",
      expected: metricVersion(metric),
      actual: metricVersion(present ?? {}),
    });
  // The first version is not written where nobody wrote it: a document stays as its author made it.
  const entity = version === 1 && metric.version === undefined ? metric : { ...metric, version };
  return put(state, { collection: "metrics", entity }, expectedVersion, context);
}
