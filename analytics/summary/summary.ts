import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { UnitHashRange, WarehouseSummaryRequest } from "../../protocols/analytics-messages.ts";
import type {
  DaySummary,
  DimensionSummary,
  ExperimentSummary,
  VariantSummary,
} from "../../protocols/results.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { isCounted, numberOf, unitsOf, variantSummary } from "./arms.ts";
import type { ArmRow } from "./arms.ts";
import { boundedValues, valueText } from "./dimension-values.ts";
import { readFacts } from "./facts.ts";
import type { Scope } from "./scope.ts";
import { summaryStatement } from "./statement.ts";
import type { Breakdown, Pivot, StatementOptions } from "./statement.ts";

// An experiment's sums, recomputed from the rows of ClickHouse under the same rules as the folds (docs/pipeline.md): the
// two are compared, so each is a check on the other.

type Summarised<Value> = Promise<Reply<Value, WarehouseFailure>>;

/** A part of the rows: what the audit compares. */
export interface SummaryPart {
  readonly range?: UnitHashRange;
  /** By partition, the last message of the stream that counts. */
  readonly positions?: readonly number[];
}

/** A hundred million events take about 10 s on two cores; beyond a minute nobody waits for the answer. */
const timeoutMs = 60_000;

/** Shares of the units that are looked at for a pivot, until one holds units of each variant: unit hashes are uniform. */
const allUnits = (1n << 64n) - 1n;
const sampleBounds = [allUnits >> 12n, allUnits >> 6n].map(String);

export async function warehouseSummary(
  warehouse: Warehouse,
  request: WarehouseSummaryRequest,
  part: SummaryPart = {},
): Summarised<ExperimentSummary> {
  const facts = await readFacts(warehouse, request.environment);
  if (!facts.ok) return facts;
  const scope: Scope = { environment: request.environment, facts: facts.value, ...part };
  const query = { warehouse, scope, definition: request.definition };
  const pivots = await pivotsOf(query);
  if (!pivots.ok) return pivots;
  const arms = await armsOf({ ...query, pivots: pivots.value });
  if (!arms.ok) return arms;
  const { experiment } = request.definition;
  const [optedOut, botUnits] = [unitsOf(arms.value, "optedOut"), unitsOf(arms.value, "bot")];
  const total: ExperimentSummary = {
    crossovers: unitsOf(arms.value, "crossover"),
    ...(optedOut === 0 ? {} : { optedOut }),
    ...(botUnits === 0 ? {} : { bots: botUnits }),
    variants: experiment.variants.map(({ key }) => variantSummary(key, request.definition, arms.value)),
  };
  switch (request.detail) {
    case undefined:
      return succeed(total);
    case "days": {
      const days = await daysOf(query, pivots.value);
      return days.ok ? succeed({ ...total, days: days.value }) : days;
    }
    case "dimensions": {
      const dimensions: Record<string, readonly DimensionSummary[]> = {};
      for (const name of experiment.dimensions ?? []) {
        const values = await dimensionOf(query, pivots.value, name);
        if (!values.ok) return values;
        dimensions[name] = values.value;
      }
      return succeed({ ...total, dimensions });
    }
  }
}

type Pivots = StatementOptions["pivots"];

interface Query {
  readonly warehouse: Warehouse;
  readonly scope: Scope;
  readonly definition: WarehouseSummaryRequest["definition"];
}

/** Any number near a metric's mean in each variant: taken from a few units, which costs next to nothing. */
async function pivotsOf(query: Query): Summarised<Pivots> {
  const { metrics, experiment } = query.definition;
  const { range } = query.scope;
  const ranges = range === undefined ? sampleBounds.map((to) => ({ from: "0", to })) : [];
  for (const sample of [...ranges, range]) {
    const { range: _, ...whole } = query.scope;
    const scope: Scope = sample === undefined ? whole : { ...whole, range: sample };
    const arms = await armsOf({ ...query, scope, pivots: [] });
    if (!arms.ok) return arms;
    const counted = arms.value.filter(isCounted);
    const isLast = sample === range;
    if (
      !isLast &&
      experiment.variants.some(
        ({ key, weight }) => weight > 0 && !counted.some(({ variant }) => variant === key),
      )
    )
      continue;
    return succeed(
      metrics.map((_metric, index) =>
        experiment.variants.map(({ key }): Pivot => {
          const arm = counted.find(({ variant }) => variant === key);
          return [numberOf(arm, `m${index}`), numberOf(arm, `mz${index}`)];
        }),
      ),
    );
  }
  return succeed([]);
}

async function armsOf({
  warehouse,
  scope,
  definition,
  pivots,
  breakdown,
}: Query & { readonly pivots: Pivots; readonly breakdown?: Breakdown }): Summarised<ArmRow[]> {
  const options = { scope, definition, pivots, ...(breakdown === undefined ? {} : { breakdown }) };
  const run = (covers: boolean): Summarised<ArmRow[]> => {
    const { sql, parameters } = summaryStatement({ ...options, covers });
    return warehouse.query<ArmRow>(sql, parameters, { timeoutMs });
  };
  const quick = await run(false);
  return quick.ok && quick.value.some((arm) => numberOf(arm, "unsure") > 0) ? run(true) : quick;
}

/** By the day of t0 (R9). */
async function daysOf(query: Query, pivots: Pivots): Summarised<DaySummary[]> {
  const arms = await armsOf({ ...query, pivots, breakdown: { by: "day" } });
  if (!arms.ok) return arms;
  const days = [...Map.groupBy(arms.value.filter(isCounted), ({ part }) => Number(part))];
  return succeed(
    days.sort(([a], [b]) => a - b).map(([day, rows]) => ({ day, variants: variantsOf(query, rows) })),
  );
}

/** By a member of the metadata of the exposure at t0 (R10). */
async function dimensionOf(query: Query, pivots: Pivots, name: string): Summarised<DimensionSummary[]> {
  const arms = await armsOf({ ...query, pivots, breakdown: { by: "dimension", name } });
  if (!arms.ok) return arms;
  const parts = [...Map.groupBy(arms.value.filter(isCounted), ({ part }) => part)];
  return succeed(
    boundedValues(parts.map(([raw, rows]) => ({ value: valueText(raw), variants: variantsOf(query, rows) }))),
  );
}

/** A breakdown is to look at, so it goes without covariates. */
const variantsOf = ({ definition }: Query, rows: readonly ArmRow[]): VariantSummary[] =>
  definition.experiment.variants.map(({ key }) => {
    const { covariates: _, ...summary } = variantSummary(key, definition, rows);
    return summary;
  });
