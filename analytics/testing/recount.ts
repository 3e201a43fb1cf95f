import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { ExposureRecord, LogRecord, MetricRecord } from "../../protocols/log-record.ts";
import type { Metric, RatioTerm } from "../../protocols/metric.ts";
import type {
  CovariateMoments,
  DimensionSummary,
  ExperimentSummary,
  MetricSummary,
  VariantSummary,
} from "../../protocols/results.ts";

// The rules of docs/pipeline.md, said once more in the slowest and plainest way: what folds and SQL are held against.

const dayMs = 86_400_000;
const waitMsMax = 7 * dayMs;

interface Unit {
  readonly exposures: ExposureRecord[];
  readonly events: MetricRecord[];
  /** By metric: of each of its identities, the unit that the others count as first, then as they were linked. */
  readonly covariates: Map<string, (readonly [order: number, value: number])[]>;
}

interface Counted extends Unit {
  readonly variant: string;
  readonly first: ExposureRecord;
}

/** Sums of one experiment over a whole log; `log` in the order of the stream. */
export function recount(definition: ExperimentDefinition, log: readonly LogRecord[]): ExperimentSummary {
  const { key, phase, variants, bots, dimensions } = definition.experiment;
  const once = firstOfEach(log); // R1
  const known = new Map<UnitId, UnitId>();
  for (const record of once)
    if (record.type === "identify" && !known.has(record.unit)) known.set(record.unit, record.known);
  const countedAs = (unit: UnitId): UnitId => known.get(unit) ?? unit; // R5
  const said = (which: (record: LogRecord) => boolean): Set<UnitId> =>
    new Set(once.flatMap((record) => ("unit" in record && which(record) ? [countedAs(record.unit)] : [])));
  const optedOut = said((record) => record.type === "consent" && !record.analytics);
  const botUnits = said((record) => record.type === "bot" || ("bot" in record && record.bot === true));
  const deleted = said((record) => record.type === "deletion");

  const units = new Map<UnitId, Unit>();
  const unitOf = (unit: UnitId): Unit => {
    const present = units.get(countedAs(unit)) ?? { exposures: [], events: [], covariates: new Map() };
    units.set(countedAs(unit), present);
    return present;
  };
  const refused = new Set<UnitId>();
  for (const record of once) {
    if (record.type === "consent") refused[record.analytics ? "delete" : "add"](record.unit); // R6
    if (record.type === "covariates" && record.experiment === key && record.phase === phase) {
      const { metric, units: ids, values } = record;
      ids.forEach((id, index) => {
        const order = known.has(id) ? 1 + [...known.keys()].indexOf(id) : 0;
        const { covariates } = unitOf(id);
        covariates.set(metric, [...(covariates.get(metric) ?? []), [order, values[index]?.[0] ?? 0]]);
      });
    }
    if (record.type !== "exposure" && record.type !== "metric") continue;
    if (refused.has(record.unit)) continue;
    if (record.type === "metric") unitOf(record.unit).events.push(record);
    else if (record.experiment === key && record.phase === phase) unitOf(record.unit).exposures.push(record);
  }

  const aside = { optedOut: 0, bots: 0, crossovers: 0 };
  const counted: Counted[] = [];
  for (const [id, unit] of units) {
    const first = [...unit.exposures].sort((a, b) => a.ts - b.ts)[0]; // R2; sorting is stable: of equal ones the first
    if (first === undefined || deleted.has(id)) continue; // R11
    if (optedOut.has(id)) aside.optedOut++; // R8
    else if (botUnits.has(id) && bots !== "included") aside.bots++;
    else if (unit.exposures.some(({ variant }) => variant !== first.variant)) aside.crossovers++;
    else counted.push({ ...unit, variant: first.variant, first });
  }
  const arms = (part: readonly Counted[]): VariantSummary[] =>
    variants.map((variant) => armOf(definition, variant.key, part));
  const parts = (part: readonly Counted[]): VariantSummary[] =>
    arms(part).map(({ covariates: _, ...arm }) => arm);
  const days = [...Map.groupBy(counted, ({ first }) => Math.floor(first.ts / dayMs))] // R9
    .sort(([a], [b]) => a - b)
    .map(([day, part]) => ({ day, variants: parts(part) }));
  const byDimension = (name: string): DimensionSummary[] =>
    [...Map.groupBy(counted, ({ first }) => memberText(first, name))] // R10
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, part]) => ({ value, variants: parts(part) }));
  return {
    crossovers: aside.crossovers,
    ...(aside.optedOut === 0 ? {} : { optedOut: aside.optedOut }),
    ...(aside.bots === 0 ? {} : { bots: aside.bots }),
    variants: arms(counted),
    days,
    dimensions: Object.fromEntries((dimensions ?? []).map((name) => [name, byDimension(name)])),
  };
}

function firstOfEach(log: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>();
  return log.filter((record) => {
    const name = `${record.type}:${record.id}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function combined({ key, definition }: Metric, { covariates }: Unit): number {
  const values = [...(covariates.get(key) ?? [])].sort(([a], [b]) => a - b).map(([, value]) => value);
  if (definition.type === "binary") return Math.max(0, ...values);
  if (definition.type === "mean") return values.find((value) => value !== 0) ?? 0;
  return sum(values);
}

function memberText({ metadata }: ExposureRecord, name: string): string {
  if (metadata === undefined || !Object.hasOwn(metadata, name)) return "(none)";
  const value = metadata[name] ?? null;
  if (value === null) return "(none)";
  return typeof value === "string" ? value : canonicalJson(value);
}

function armOf(
  { metrics }: ExperimentDefinition,
  variant: string,
  units: readonly Counted[],
): VariantSummary {
  const arm = units.filter((unit) => unit.variant === variant);
  const covariates = metrics.filter(
    ({ covariate, definition }) => covariate !== undefined && definition.type !== "ratio",
  );
  return {
    variant,
    units: arm.length,
    metrics: Object.fromEntries(metrics.map((metric) => [metric.key, summaryOf(metric, arm)])),
    ...(covariates.length === 0
      ? {}
      : {
          covariates: Object.fromEntries(covariates.map((metric) => [metric.key, momentsOf(metric, arm)])),
        }),
  };
}

/** Whether an event counts for a unit in a metric. */
function counts({ window }: Metric, { first, exposures }: Counted, event: MetricRecord): boolean {
  if (event.ts < first.ts) return false;
  if (!exposures.some(({ ts, at }) => ts <= event.ts && at <= event.at + waitMsMax)) return false; // R3
  switch (window?.type) {
    case undefined:
    case "lifetime":
      return true;
    case "conversion":
      return event.ts < first.ts + window.hours * 3_600_000; // R4
    case "day":
      return Math.floor(event.ts / dayMs) === Math.floor(first.ts / dayMs);
    case "session":
      return event.session !== undefined && event.session !== "" && event.session === first.session;
  }
}

function amountOf(metric: Metric, unit: Counted, { event, aggregate }: RatioTerm): number {
  const values = unit.events
    .filter((record) => record.name === event && counts(metric, unit, record))
    .map(({ value }) => value);
  return aggregate === "count" ? values.length : sum(values);
}

/** A unit's value, if the metric counts it. */
function valueOf(metric: Metric, unit: Counted): number | undefined {
  const { definition } = metric;
  if (definition.type === "ratio") return undefined;
  const amount = (aggregate: RatioTerm["aggregate"]) =>
    amountOf(metric, unit, { event: definition.event, aggregate });
  switch (definition.type) {
    case "binary":
      return Number(amount("count") > 0);
    case "count":
    case "sum":
      return amount(definition.type);
    case "mean":
      return amount("count") === 0 ? undefined : amount("sum") / amount("count");
  }
}

function summaryOf(metric: Metric, units: readonly Counted[]): MetricSummary {
  const { definition } = metric;
  if (definition.type === "ratio") {
    const above = units.map((unit) => amountOf(metric, unit, definition.numerator));
    const below = units.map((unit) => amountOf(metric, unit, definition.denominator));
    return {
      kind: "ratio",
      count: units.length,
      meanNumerator: meanOf(above),
      meanDenominator: meanOf(below),
      squaredNumerator: cross(above, above),
      squaredDenominator: cross(below, below),
      crossDeviations: cross(above, below),
    };
  }
  const values = units.flatMap((unit) => valueOf(metric, unit) ?? []);
  return definition.type === "binary"
    ? { kind: "proportion", count: units.length, successes: sum(values) }
    : { kind: "mean", count: values.length, mean: meanOf(values), squaredDeviations: cross(values, values) };
}

function momentsOf(metric: Metric, units: readonly Counted[]): CovariateMoments {
  const pairs = units.flatMap((unit) => {
    const value = valueOf(metric, unit);
    return value === undefined ? [] : [[value, combined(metric, unit)] as const]; // R12
  });
  const values = pairs.map(([value]) => value);
  const before = pairs.map(([, covariate]) => covariate);
  return {
    count: pairs.length,
    meanValue: meanOf(values),
    meanCovariate: meanOf(before),
    squaredValue: cross(values, values),
    squaredCovariate: cross(before, before),
    crossDeviations: cross(values, before),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Around the first value, so that a large offset does not cost the small digits. */
const meanOf = (values: readonly number[]): number => {
  const pivot = values[0] ?? 0;
  return values.length === 0 ? 0 : pivot + sum(values.map((value) => value - pivot)) / values.length;
};
function cross(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  return sum(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB)));
}
