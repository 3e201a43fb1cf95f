import { availableParallelism, loadavg } from "node:os";
import process from "node:process";
import type { BenchOptions, BenchReport, BenchRow } from "./report.ts";
import { measureActivation } from "./runtime/activation.ts";
import { measureAppends } from "./runtime/appends.ts";
import { measureAsks } from "./runtime/asks.ts";
import { Crew } from "./runtime/crew.ts";
import { measureFailOver } from "./runtime/fail-over.ts";
import { measureFolds } from "./runtime/folds.ts";
import { measureMemory } from "./runtime/memory.ts";
import { measureSteps } from "./runtime/steps.ts";

type Measure = (crew: Crew, scale: number) => Promise<BenchRow[]>;
const parts: readonly (readonly [string, Measure])[] = [
  ["steps in memory", measureSteps],
  ["asks", measureAsks],
  ["appends", measureAppends],
  ["folds", measureFolds],
  ["activation", measureActivation],
  ["memory", measureMemory],
  ["fail-over", measureFailOver],
];
const interrupted = 130; // as a shell reports Ctrl-C

/** The actor runtime against what NATS and its client library can do alone, on the same machine in the same run. */
export async function run({ scale, progress, only }: BenchOptions): Promise<BenchReport> {
  const chosen = parts.filter(([name]) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new Error(`no part ${only ?? ""}: there are ${parts.map(([name]) => name).join(", ")}`);
  const crew = new Crew();
  const [loadBefore = 0] = loadavg();
  let ending: Promise<never> | undefined;
  const interrupt = (): void => {
    ending ??= crew.dismiss().then(() => process.exit(interrupted));
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const rows: BenchRow[] = [];
  try {
    for (const [name, measure] of chosen) {
      progress(`runtime: ${name}`);
      rows.push(...(await measure(crew, scale)));
    }
  } catch (error) {
    throw ending === undefined ? error : await ending; // what was being measured fails because we ended it
  } finally {
    await crew.dismiss();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  const notes = [
    "one nats-server without fsync for each part; server, clients and hosts share this machine's cores",
    `${availableParallelism()} cores; load before the run ${loadBefore.toFixed(1)}: beyond a fraction of one, others were measured too`,
  ];
  return { name: "runtime", rows, notes };
}
