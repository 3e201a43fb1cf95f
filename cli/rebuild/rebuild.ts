import type { PipelinePosition } from "../../protocols/pipeline.ts";
import { RebuildReport } from "../../protocols/rebuild.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { durationText } from "../clock.ts";
import type { Target } from "../target.ts";
import { counted } from "../text-table.ts";

export interface RebuildOptions {
  readonly env: string;
  readonly experiment: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** One partition may hold ten million events. */
const deadlineMs = 5 * 60_000;
const differencesShown = 20;

/**
 * `weir rebuild`: partition by partition, so that it can be followed and stopped; what is done by then stays done. The
 * text to print, and whether nothing was different.
 */
export async function rebuildSums(
  target: Target,
  { env, experiment, dryRun = false, json }: RebuildOptions,
  {
    say = () => undefined,
    signal,
  }: { readonly say?: (line: string) => void; readonly signal?: AbortSignal } = {},
): Promise<{ readonly text: string; readonly same: boolean }> {
  const api = new Api({ ...target, deadlineMs });
  const shared = signal === undefined ? {} : { signal };
  const pipeline = routes.pipeline.path.replace(":key", encodeURIComponent(env));
  const position = await api.call<PipelinePosition>("GET", pipeline, shared);
  const path = routes.rebuildExperiment.path.replace(":key", encodeURIComponent(experiment));
  const reports: RebuildReport[] = [];
  for (const { partition } of position.partitions) {
    const body = { partition, dryRun };
    const report = RebuildReport.parse(await api.call("POST", path, { body, query: { env }, ...shared }));
    reports.push(report);
    const [done] = report.partitions;
    const percent = Math.round((100 * reports.length) / position.partitions.length);
    if (done !== undefined)
      say(
        `${percent} %  partition ${partition}: ${counted(done.messages, "message")} in ${durationText(done.tookMs)}${report.different === 0 ? "" : `, ${report.different} DIFFERENT`}`,
      );
  }
  const whole: RebuildReport = {
    experiment,
    environment: env,
    partitions: reports.flatMap(({ partitions }) => partitions),
    differences: reports.flatMap(({ differences }) => differences),
    different: reports.reduce((sum, { different }) => sum + different, 0),
  };
  return { text: json === true ? JSON.stringify(whole) : textOf(whole, dryRun), same: whole.different === 0 };
}

function textOf({ experiment, partitions, differences, different }: RebuildReport, dryRun: boolean): string {
  const messages = partitions.reduce((sum, each) => sum + each.messages, 0);
  const head = `${experiment}: ${counted(messages, "message")} of ${counted(partitions.length, "partition")} counted anew`;
  if (different === 0)
    return `${head}; the sums are the same${dryRun ? "" : ", and the new ones count from now on"}`;
  const more = different - differencesShown;
  return [
    `${head}; ${counted(different, "number")} of the sums DIFFERENT${dryRun ? ", nothing was replaced" : "; the new ones count from now on"}`,
    ...differences
      .slice(0, differencesShown)
      .map(
        ({ partition, path, before, after }) =>
          `  partition ${partition}  ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
      ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
}
