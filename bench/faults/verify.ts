import { recount } from "../../analytics/testing/recount.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { ExperimentResult, ExperimentSummary } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";
import { openConnection, systemClock } from "../../runtime/index.ts";
import type { Messaging } from "../../runtime/index.ts";
import { environment, trials } from "./scene.ts";
import type { FaultWorld } from "./world.ts";

// What was acknowledged, recounted in the plainest way, against the folds and against ClickHouse: units and successes
// exactly, means and deviations to nine digits.

const levelMsMax = 180_000;
const pollMs = 500;
/** A statement has 30 s of its own, and a summary takes two. */
const answerMsMax = 90_000;
const relativeMax = 1e-9;

export interface Verdict {
  /** Empty when all agree. */
  readonly differences: readonly string[];
  readonly units: number;
  readonly setAside: { readonly crossovers: number; readonly optedOut: number; readonly bots: number };
  /** From the last acknowledgement until all agreed. */
  readonly levelAfterMs: number;
}

export async function verify(
  world: FaultWorld,
  records: readonly LogRecord[],
  waitMsMax = levelMsMax,
): Promise<Verdict> {
  const startMs = performance.now();
  const expected = new Map<string, ExperimentSummary>();
  const connection = await openConnection({ url: world.natsUrl, name: "faults", streams: [] });
  try {
    for (;;) {
      const differences: string[] = [];
      for (const { key } of trials) {
        const streaming = await streamingOf(world, key);
        if (streaming === undefined) {
          differences.push(`${key}: there is no answer`);
          continue;
        }
        const { definition } = streaming;
        const wanted = expected.get(key) ?? recount(definition, records);
        expected.set(key, wanted);
        differences.push(...differencesOf(`${key}, streaming`, wanted, streaming.summary));
        const warehouse = await warehouseOf(connection.messaging, definition);
        differences.push(
          ...(warehouse === undefined
            ? [`${key}, warehouse: there is no answer`]
            : differencesOf(`${key}, warehouse`, wanted, warehouse)),
        );
      }
      const levelAfterMs = performance.now() - startMs;
      if (differences.length === 0 || levelAfterMs > waitMsMax)
        return { differences, levelAfterMs, ...totalsOf([...expected.values()]) };
      await systemClock.sleep(pollMs);
    }
  } finally {
    await connection.drain();
  }
}

async function streamingOf(world: FaultWorld, key: string): Promise<ExperimentResult | undefined> {
  const path = `/v1/experiments/${key}/results`;
  const query = { env: environment, source: "streaming" };
  return world.api.call<ExperimentResult>("GET", path, { query }).catch(() => undefined);
}

/**
 * Of analytics itself: the gateway gives up after ten seconds, and the statements it asked for go on. Over millions of rows on a
 * busy machine each next question would wait behind all earlier ones.
 */
async function warehouseOf(
  messaging: Messaging,
  definition: ExperimentDefinition,
): Promise<ExperimentSummary | undefined> {
  const answer = await messaging.request<ExperimentSummary>(
    subjects.warehouseSummary,
    { environment, definition },
    { timeoutMs: answerMsMax },
  );
  return answer.ok ? answer.value : undefined;
}

function differencesOf(where: string, wanted: ExperimentSummary, found: ExperimentSummary): string[] {
  const differences: string[] = [];
  const compare = (what: string, want: number, have: number | undefined, exact: boolean): void => {
    const value = have ?? 0;
    const scale = Math.max(Math.abs(want), Math.abs(value), 1e-12);
    if (exact ? want === value : Math.abs(want - value) <= relativeMax * scale) return;
    differences.push(`${where}, ${what}: ${value} instead of ${want}`);
  };
  compare("crossovers", wanted.crossovers, found.crossovers, true);
  compare("opted out", wanted.optedOut ?? 0, found.optedOut, true);
  compare("bots", wanted.bots ?? 0, found.bots, true);
  for (const [index, arm] of wanted.variants.entries()) {
    const other = found.variants[index];
    compare(`units of ${arm.variant}`, arm.units, other?.units, true);
    for (const [metric, moments] of Object.entries(arm.metrics))
      for (const [name, value] of Object.entries(moments)) {
        if (typeof value !== "number") continue;
        const have = (other?.metrics[metric] as unknown as Record<string, number> | undefined)?.[name];
        compare(`${metric}.${name} of ${arm.variant}`, value, have, name === "count" || name === "successes");
      }
  }
  return differences;
}

function totalsOf(summaries: readonly ExperimentSummary[]): Pick<Verdict, "units" | "setAside"> {
  const sum = (of: (summary: ExperimentSummary) => number): number =>
    summaries.reduce((total, summary) => total + of(summary), 0);
  return {
    units: sum(({ variants }) => variants.reduce((total, { units }) => total + units, 0)),
    setAside: {
      crossovers: sum(({ crossovers }) => crossovers),
      optedOut: sum(({ optedOut }) => optedOut ?? 0),
      bots: sum(({ bots }) => bots ?? 0),
    },
  };
}
