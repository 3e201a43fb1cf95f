import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { bucketCount } from "../../protocols/flag.ts";
import type { Warehouse } from "../clickhouse.ts";
import { pearson } from "../statistics/health/srm.ts";
import { readFacts } from "../summary/facts.ts";
import { reasons } from "../summary/scope.ts";
import type { Parameters } from "../summary/scope.ts";
import { askedHoldout, heldOut, notHeldOut } from "../summary/unit-source.ts";
import { unitsSql } from "../summary/units.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";

export interface HoldoutGroups {
  readonly heldOut: number;
  readonly crossovers: number;
  readonly sampleRatio: { readonly expected: number; readonly found?: number; readonly pValue?: number };
}

/** As for rows. */
const timeoutMs = 60_000;

/** How many units are in either group, and whether that is what the share says. */
export async function holdoutGroups(
  warehouse: Warehouse,
  definition: ExperimentDefinition,
  {
    environment,
    parameters,
    share,
  }: { readonly environment: string; readonly parameters: Parameters; readonly share: number },
): Promise<Reply<HoldoutGroups, WarehouseFailure>> {
  const facts = await readFacts(warehouse, environment);
  if (!facts.ok) return facts;
  const columns = { covers: false, session: false, visits: false, day: false, source: askedHoldout };
  const units = unitsSql({ environment, facts: facts.value }, definition, columns);
  const counted = await warehouse.query<{ variant: string; reason: number; units: string }>(
    `SELECT variant, reason, count() AS units FROM (${units}) AS x GROUP BY variant, reason`,
    { env: environment, ...parameters },
    { timeoutMs },
  );
  if (!counted.ok) return counted;
  const of = (reason: keyof typeof reasons, variant?: string): number =>
    counted.value
      .filter((row) => row.reason === reasons[reason] && (variant ?? row.variant) === row.variant)
      .reduce((sum, row) => sum + Number(row.units), 0);
  const [kept, free] = [of("counted", heldOut), of("counted", notHeldOut)];
  const all = kept + free;
  const expected = share / bucketCount;
  const tested =
    all === 0
      ? {}
      : {
          found: kept / all,
          pValue: pearson([kept, free], [all * expected, all * (1 - expected)]).pValue,
        };
  return succeed({
    heldOut: kept,
    crossovers: of("crossover"),
    sampleRatio: { expected, ...tested },
  });
}
