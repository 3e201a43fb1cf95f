import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { ExposureRecord, LogRecord, MetricRecord } from "../../protocols/log-record.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { DimensionSummary, ExperimentSummary, VariantSummary } from "../../protocols/results.ts";
import { covariatesOf, numbersOf, summaryOf } from "./recount-metric.ts";

// The rules of docs/pipeline.md, said once more in the slowest and plainest way: what folds and SQL are held against.

const dayMs = 86_400_000;

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
  if (definition.type === "binary" || definition.type === "retention") return Math.max(0, ...values);
  if (definition.type === "mean") return values.find((value) => value !== 0) ?? 0;
  return values.reduce((total, value) => total + value, 0);
}

function memberText({ metadata }: ExposureRecord, name: string): string {
  if (metadata === undefined || !Object.hasOwn(metadata, name)) return "(none)";
  const value = metadata[name] ?? null;
  if (value === null) return "(none)";
  return typeof value === "string" ? value : canonicalJson(value);
}

function armOf(
  { metrics, experiment }: ExperimentDefinition,
  variant: string,
  units: readonly Counted[],
): VariantSummary {
  const arm = units.filter((unit) => unit.variant === variant);
  const rows = arm.map((unit) => ({
    numbers: metrics.map((metric) => numbersOf(metric, experiment.unit, unit)),
    before: metrics.map((metric) => combined(metric, unit)),
  }));
  return {
    variant,
    units: arm.length,
    metrics: Object.fromEntries(
      metrics.map((metric, index) => [
        metric.key,
        summaryOf(
          metric,
          experiment.unit,
          rows.map(({ numbers }) => numbers[index]),
        ),
      ]),
    ),
    ...covariatesOf(metrics, experiment.unit, rows),
  };
}
