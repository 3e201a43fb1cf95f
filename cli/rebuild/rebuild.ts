import type { PipelinePosition } from "../../protocols/pipeline.ts";
import { RebuildProgress, RebuildReport, type RebuildFrom } from "../../protocols/rebuild.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { durationText, systemClock } from "../clock.ts";
import type { Target } from "../target.ts";
import { reportText } from "./report-text.ts";
import { counted } from "../text-table.ts";

export interface RebuildOptions {
  readonly env: string;
  readonly experiment: string;
  readonly from?: RebuildFrom;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** One partition may hold ten million events. */
const deadlineMs = 5 * 60_000;
const progressEveryMs = 3_000;

type Say = (line: string) => void;

/**
 * `weir rebuild`: partition by partition, so that it can be followed and stopped; what is done by then stays done. The
 * text to print, and whether nothing was different.
 */
export async function rebuildSums(
  target: Target,
  { env, experiment, from, dryRun = false, json }: RebuildOptions,
  { say = () => undefined, signal }: { readonly say?: Say; readonly signal?: AbortSignal } = {},
): Promise<{ readonly text: string; readonly same: boolean }> {
  const api = new Api({ ...target, deadlineMs });
  const shared = signal === undefined ? {} : { signal };
  const pipeline = routes.pipeline.path.replace(":key", encodeURIComponent(env));
  const position = await api.call<PipelinePosition>("GET", pipeline, shared);
  const path = routes.rebuildExperiment.path.replace(":key", encodeURIComponent(experiment));
  const reports: RebuildReport[] = [];
  for (const { partition } of position.partitions) {
    const body = { partition, dryRun, ...(from === undefined ? {} : { from }) };
    const call = { body, query: { env }, tryMs: deadlineMs, ...shared };
    const following = followed(api, { path, env, partition }, say);
    try {
      reports.push(RebuildReport.parse(await api.call("POST", path, call)));
    } finally {
      await following.stop(signal?.aborted === true);
    }
    const [done] = reports.at(-1)?.partitions ?? [];
    const different = reports.at(-1)?.different ?? 0;
    const percent = Math.round((100 * reports.length) / position.partitions.length);
    if (done !== undefined)
      say(
        `${percent} %  partition ${partition}: ${readText(done)} in ${durationText(done.tookMs)}${different === 0 ? "" : `, ${different} DIFFERENT`}`,
      );
  }
  const whole: RebuildReport = {
    experiment,
    environment: env,
    partitions: reports.flatMap(({ partitions }) => partitions),
    differences: reports.flatMap(({ differences }) => differences),
    different: reports.reduce((sum, { different }) => sum + different, 0),
  };
  return {
    text: json === true ? JSON.stringify(whole) : reportText(whole, dryRun),
    same: whole.different === 0,
  };
}

const readText = ({
  rows,
  messages,
}: {
  readonly rows?: number | undefined;
  readonly messages: number;
}): string =>
  rows === undefined
    ? counted(messages, "message")
    : `${counted(rows, "row")} of ClickHouse, ${counted(messages, "message")}`;

/** Says now and then how far it is; given up, it tells the host so. */
function followed(
  api: Api,
  { path, env, partition }: { readonly path: string; readonly env: string; readonly partition: number },
  say: Say,
): { stop(givenUp: boolean): Promise<void> } {
  const query = { env, partition: String(partition) };
  const stopping = new AbortController();
  async function follow(): Promise<void> {
    for (;;) {
      await systemClock.sleep(progressEveryMs, stopping.signal);
      if (stopping.signal.aborted) return;
      const answer = await api.call("GET", path, { query, signal: stopping.signal });
      const { running, rows, messages, share } = RebuildProgress.parse(answer);
      if (running)
        say(
          `     partition ${partition}: ${readText({ rows, messages })} so far, ${Math.round(share * 100)} % of ClickHouse's`,
        );
    }
  }
  const ended = follow().catch(() => undefined); // progress is a courtesy: the rebuild itself says what is wrong
  return {
    async stop(givenUp) {
      stopping.abort();
      await ended;
      if (givenUp) await api.call("DELETE", path, { query, deadlineMs: 5_000 }).catch(() => undefined);
    },
  };
}
