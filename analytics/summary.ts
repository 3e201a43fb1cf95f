import { succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { WarehouseSummaryRequest } from "../protocols/analytics-messages.ts";
import type { Metric } from "../protocols/metric.ts";
import type { ExperimentSummary, MetricSummary, VariantSummary } from "../protocols/results.ts";
import type { Warehouse } from "./clickhouse.ts";
import { summarySql } from "./summary-sql.ts";
import type { Pivot } from "./summary-sql.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// An experiment's sums, recomputed from the rows of ClickHouse under the same rules as the folds: the two are compared,
// so each is a check on the other.

type ArmRow = Readonly<Record<string, number | string>> & { readonly variant: string };
type Summarised<Value> = Promise<Reply<Value, WarehouseFailure>>;

/** A hundred million events take about 10 s on two cores; beyond a minute nobody waits for the answer. */
const timeoutMs = 60_000;

/** Shares of the units that are looked at for a pivot, until one of them holds any: unit hashes are uniform. */
const allUnits = (1n << 64n) - 1n;
const sampleBounds = [allUnits >> 12n, allUnits >> 6n, allUnits].map(String);

export async function warehouseSummary(
  warehouse: Warehouse,
  request: WarehouseSummaryRequest,
): Summarised<ExperimentSummary> {
  const pivots = await pivotsOf(warehouse, request);
  if (!pivots.ok) return pivots;
  const arms = await armsOf(warehouse, request, pivots.value, String(allUnits));
  if (!arms.ok) return arms;
  const { experiment, metrics } = request.definition;
  return succeed({
    crossovers: arms.value.filter(isCrossed).reduce((sum, arm) => sum + numberOf(arm, "units"), 0),
    variants: experiment.variants.map(({ key }) => variantSummary(key, metrics, arms.value)),
  });
}

/** Any number near a metric's mean: taken from a few units, which costs next to nothing. */
async function pivotsOf(warehouse: Warehouse, request: WarehouseSummaryRequest): Summarised<Pivot[]> {
  const zeros: Pivot[] = request.definition.metrics.map(() => [0, 0]);
  for (const bound of sampleBounds) {
    const arms = await armsOf(warehouse, request, zeros, bound);
    if (!arms.ok) return arms;
    const counted = arms.value.filter((arm) => !isCrossed(arm));
    if (counted.length === 0) continue;
    return succeed(
      zeros.map((_, index) => {
        const arm = counted.find((candidate) => numberOf(candidate, `n${index}`) > 0);
        return arm === undefined ? [0, 0] : [numberOf(arm, `m${index}`), numberOf(arm, `mz${index}`)];
      }),
    );
  }
  return succeed(zeros);
}

async function armsOf(
  warehouse: Warehouse,
  { environment, definition }: WarehouseSummaryRequest,
  pivots: readonly Pivot[],
  unitMax: string,
): Summarised<ArmRow[]> {
  const { sql, parameters } = summarySql({ environment, definition, pivots, unitMax });
  return warehouse.query<ArmRow>(sql, parameters, { timeoutMs });
}

function variantSummary(
  variant: string,
  metrics: readonly Metric[],
  arms: readonly ArmRow[],
): VariantSummary {
  const arm = arms.find((candidate) => candidate.variant === variant && !isCrossed(candidate));
  return {
    variant,
    units: numberOf(arm, "units"),
    metrics: Object.fromEntries(
      metrics.map(({ key, definition }, index) => [key, metricSummary(definition.type, arm, index)]),
    ),
  };
}

function metricSummary(
  type: Metric["definition"]["type"],
  arm: ArmRow | undefined,
  index: number,
): MetricSummary {
  const count = numberOf(arm, `n${index}`);
  const mean = numberOf(arm, `m${index}`);
  const squaredDeviations = numberOf(arm, `d${index}`);
  switch (type) {
    case "binary":
      return { kind: "proportion", count: numberOf(arm, "units"), successes: count };
    case "count":
    case "sum":
    case "mean":
      return { kind: "mean", count, mean, squaredDeviations };
    case "ratio":
      return {
        kind: "ratio",
        count,
        meanNumerator: mean,
        meanDenominator: numberOf(arm, `mz${index}`),
        squaredNumerator: squaredDeviations,
        squaredDenominator: numberOf(arm, `dz${index}`),
        crossDeviations: numberOf(arm, `c${index}`),
      };
  }
}

const isCrossed = (arm: ArmRow): boolean => numberOf(arm, "crossed") === 1;
/** Integers of 64 bits come as text; an arm without units has no row, and its sums are 0. */
const numberOf = (arm: ArmRow | undefined, column: string): number => Number(arm?.[column] ?? 0);
