import { compile } from "../../../evaluation/compile.ts";
import { evaluate } from "../../../evaluation/evaluate.ts";
import { program } from "../../../evaluation/program.ts";
import { unitIdOf } from "../../../evaluation/unit.ts";
import type { Evaluation } from "../../../protocols/decision.ts";
import { PublishedExperiment } from "../../../protocols/experiment.ts";
import { EnvironmentKey, type UnitId } from "../../../protocols/ids.ts";
import { Metric } from "../../../protocols/metric.ts";
import { EpochMs } from "../../../protocols/time.ts";
import type { ImportOptions, ImportResult, Imported } from "../imported.ts";

// What the suites of other systems share: from an import to decisions, through the compiler and the evaluator.

const unitSalt = "unit-salt-of-suite";
export const suiteMetric = "conversions";

export const unitOf = (rawKey: string): UnitId => unitIdOf(unitSalt, "user", rawKey);
export const suiteOptions: ImportOptions = { unitIdOf: unitOf, metric: suiteMetric };

export function importedOf(result: ImportResult): Imported {
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.imported;
}

/** Who asks: without a key it is a unit that nobody listed and no recipe can place. */
export interface Asker {
  readonly key?: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly now?: number;
}

/** Publishes what was imported, with every experiment running. */
export function deciderOf(imported: Imported): (flagKey: string, asker: Asker) => Evaluation {
  const compilation = compile(
    {
      environment: EnvironmentKey.parse("suite"),
      salt: "salt-of-suite",
      unitSalt,
      partitions: 1,
      flags: imported.flags,
      segments: imported.segments,
      experiments: imported.experiments.map((experiment) =>
        PublishedExperiment.parse({ ...experiment, status: "running", phase: 1 }),
      ),
      metrics: [Metric.parse({ key: suiteMetric, definition: { type: "binary", event: "conversion" } })],
      layers: [],
      holdouts: [],
      overrides: [],
    },
    1,
    EpochMs.parse(0),
  );
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  const built = program(compilation.plan);
  return (flagKey, { key, attributes, now = 0 }) =>
    evaluate(built, flagKey, { unitId: unitOf(key ?? "anonymous"), attributes, key, now });
}

/** Rows passed of all rows, and the names of those that were not, with why. */
export interface Score {
  readonly passed: number;
  readonly total: number;
  readonly failed: readonly string[];
}

/** `judge` says why a row did not pass, or nothing. */
export function scoreOf<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  judge: (row: Row) => string | undefined,
): Score {
  const failed: string[] = [];
  for (const row of rows) {
    let reason: string | undefined;
    try {
      reason = judge(row);
    } catch (error) {
      reason = String(error);
    }
    if (reason !== undefined) failed.push(`${nameOf(row)}: ${reason}`);
  }
  return { passed: rows.length - failed.length, total: rows.length, failed };
}
