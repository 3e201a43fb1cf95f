import { recount } from "../../analytics/testing/recount.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { ExperimentResult, ExperimentSummary } from "../../protocols/results.ts";
import { systemClock } from "../../runtime/index.ts";
import { environment, trials } from "./scene.ts";
import type { FaultWorld } from "./world.ts";

// What was acknowledged, recounted in the plainest way, against the folds and against ClickHouse: units and successes
// exactly, means and deviations to nine digits.

const levelMsMax = 180_000;
const pollMs = 500;
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
  for (;;) {
    const differences: string[] = [];
    for (const { key } of trials)
      for (const source of ["streaming", "warehouse"] as const) {
        const result = await resultOf(world, key, source);
        if (result === undefined) {
          differences.push(`${key}, ${source}: there is no answer`);
          continue;
        }
        const wanted = expected.get(key) ?? recount(result.definition, records);
        expected.set(key, wanted);
        differences.push(...differencesOf(`${key}, ${source}`, wanted, result.summary));
      }
    const levelAfterMs = performance.now() - startMs;
    if (differences.length === 0 || levelAfterMs > waitMsMax)
      return { differences, levelAfterMs, ...totalsOf([...expected.values()]) };
    await systemClock.sleep(pollMs);
  }
}

async function resultOf(
  world: FaultWorld,
  key: string,
  source: ExperimentResult["source"],
): Promise<ExperimentResult | undefined> {
  const path = `/v1/experiments/${key}/results`;
  const query = { env: environment, source };
  return world.api.call<ExperimentResult>("GET", path, { query }).catch(() => undefined);
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
