import type { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type {
  DefinitionRecord,
  ExposureRecord,
  LogRecord,
  MetricRecord,
} from "../../../protocols/log-record.ts";
import {
  covariatesOf,
  numbersOf,
  summaryOf,
  type Numbers,
} from "../../../analytics/testing/recount-metric.ts";
import type { ExperimentSummary, VariantSummary } from "../../../protocols/results.ts";

// docs/pipeline.md once more, over the whole log at once: slow, and obviously right.

const day = 86_400_000;
const dayOf = (ts: number): number => Math.floor(ts / day);

/** Everything of one unit under all its names, each with its place in the log. */
interface Unit {
  readonly exposures: { readonly order: number; readonly record: ExposureRecord }[];
  readonly events: MetricRecord[];
  /** By experiment, phase and metric. */
  readonly before: Map<string, number>;
  optedOut: boolean;
  silenced: boolean;
  bot: boolean;
  deleted: boolean;
}

interface Log {
  readonly units: readonly Unit[];
  readonly definitions: readonly DefinitionRecord[];
}

export function recount(records: readonly LogRecord[], experiment: string): ExperimentSummary {
  const { units, definitions } = readLog(records);
  const own = definitions.filter(({ definition }) => definition.experiment.key === experiment);
  const newest = own.reduce((a, b) =>
    b.definition.experiment.phase >= a.definition.experiment.phase ? b : a,
  );
  const { definition } = newest;
  const rows = units.flatMap((unit) => rowOf(unit, definition) ?? []);
  const counted = rows.filter(({ aside }) => aside === undefined);
  const asideOf = (reason: string): number => rows.filter(({ aside }) => aside === reason).length;
  const variantsOf = (among: readonly Row[]): VariantSummary[] =>
    definition.experiment.variants.map(({ key }) =>
      variantOf(
        key,
        among.filter(({ variant }) => variant === key),
        definition,
      ),
    );
  const days = [...new Set(counted.map((row) => row.day))].sort((a, b) => a - b);
  const withCovariates = variantsOf(counted).map((variant) => ({
    ...variant,
    ...covariatesOf(
      definition.metrics,
      definition.experiment.unit,
      counted.filter((row) => row.variant === variant.variant),
    ),
  }));
  return {
    variants: withCovariates,
    crossovers: asideOf("crossover"),
    ...(asideOf("opted_out") > 0 ? { optedOut: asideOf("opted_out") } : {}),
    ...(asideOf("bot") > 0 ? { bots: asideOf("bot") } : {}),
    days: days.map((each) => ({
      day: each,
      variants: variantsOf(counted.filter((row) => row.day === each)),
    })),
    ...(definition.experiment.dimensions === undefined
      ? {}
      : {
          dimensions: Object.fromEntries(
            definition.experiment.dimensions.map((name, index) => {
              const values = [...new Set(counted.map((row) => row.values[index] ?? ""))].sort();
              return [
                name,
                values.map((value) => ({
                  value,
                  variants: variantsOf(counted.filter((row) => row.values[index] === value)),
                })),
              ];
            }),
          ),
        }),
  };
}

/** R1, R5, R6, R7, R11: what is left of the log, by unit. */
function readLog(records: readonly LogRecord[]): Log {
  const seen = new Set<string>();
  const units = new Map<string, Unit>();
  const rootOf = new Map<string, string>();
  const definitions: DefinitionRecord[] = [];
  const unitOf = (name: string): Unit => {
    const root = rootOf.get(name) ?? name;
    let unit = units.get(root);
    if (unit === undefined) {
      unit = {
        exposures: [],
        events: [],
        before: new Map(),
        optedOut: false,
        silenced: false,
        bot: false,
        deleted: false,
      };
      units.set(root, unit);
    }
    return unit;
  };
  for (const [order, record] of records.entries()) {
    if (record.type === "definition") {
      definitions.push(record);
      continue;
    }
    if (seen.has(`${record.type}:${record.id}`)) continue;
    seen.add(`${record.type}:${record.id}`);
    if (record.type === "covariates") {
      const { experiment, phase, metric, units: names, values } = record;
      for (const [index, name] of names.entries()) {
        const unit = unitOf(name);
        if (!rootOf.has(name) && !unit.deleted)
          unit.before.set(`${experiment}/${phase}/${metric}`, values[index]?.[0] ?? 0);
      }
      continue;
    }
    if (record.type === "merge") throw new Error("the whole log needs no merges");
    const unit = unitOf(record.unit);
    if (record.type === "identify") {
      if (rootOf.has(record.unit) || unit.deleted || record.unit === record.known) continue;
      const known = unitOf(record.known);
      units.delete(record.unit);
      rootOf.set(record.unit, record.known);
      for (const [key, value] of unit.before) known.before.set(key, (known.before.get(key) ?? 0) + value);
      known.exposures.push(...unit.exposures);
      known.events.push(...unit.events);
      known.optedOut ||= unit.optedOut;
      known.silenced ||= unit.silenced;
      known.bot ||= unit.bot;
      continue;
    }
    if (unit.deleted) continue;
    if (unit.silenced && record.type !== "consent" && record.type !== "deletion") continue;
    if (record.type === "bot" || ("bot" in record && record.bot === true)) unit.bot = true;
    if (record.type === "exposure") unit.exposures.push({ order, record });
    if (record.type === "metric") unit.events.push(record);
    if (record.type === "deletion") unit.deleted = true;
    if (record.type === "consent") {
      unit.optedOut ||= !record.analytics;
      unit.silenced = !record.analytics;
    }
  }
  return { units: [...units.values()].filter(({ deleted }) => !deleted), definitions };
}

interface Row {
  readonly variant: string;
  readonly aside: string | undefined;
  readonly day: number;
  readonly values: readonly string[];
  /** One a metric. */
  readonly numbers: readonly Numbers[];
  readonly before: readonly number[];
}

/** R2, R8, R10, R12: one unit in one experiment. */
function rowOf(unit: Unit, definition: ExperimentDefinition): Row | undefined {
  const { experiment, metrics } = definition;
  const exposures = unit.exposures.filter(
    ({ record }) => record.experiment === experiment.key && record.phase === experiment.phase,
  );
  const [first] = exposures.toSorted((a, b) => a.record.ts - b.record.ts || a.order - b.order);
  if (first === undefined) return undefined;
  const { ts: start, metadata = {} } = first.record;
  const aside = unit.optedOut
    ? "opted_out"
    : unit.bot && experiment.bots !== "included"
      ? "bot"
      : new Set(exposures.map(({ record }) => record.variant)).size > 1
        ? "crossover"
        : undefined;
  const own = { first: first.record, exposures: exposures.map(({ record }) => record), events: unit.events };
  const values = (experiment.dimensions ?? []).map((name) => {
    const member = metadata[name];
    return member === undefined || member === null
      ? "(none)"
      : typeof member === "string"
        ? member
        : JSON.stringify(member);
  });
  return {
    variant: first.record.variant,
    aside,
    day: dayOf(start),
    values,
    numbers: metrics.map((metric) => numbersOf(metric, experiment.unit, own)),
    before: metrics.map(({ key }) => unit.before.get(`${experiment.key}/${experiment.phase}/${key}`) ?? 0),
  };
}

function variantOf(
  variant: string,
  rows: readonly Row[],
  { metrics, experiment }: ExperimentDefinition,
): VariantSummary {
  return {
    variant,
    units: rows.length,
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
  };
}
