import type { ExperimentDefinition } from "../../../protocols/experiment.ts";
import type {
  DefinitionRecord,
  ExposureRecord,
  LogRecord,
  MetricRecord,
} from "../../../protocols/log-record.ts";
import type { Metric, RatioTerm } from "../../../protocols/metric.ts";
import type {
  CovariateMoments,
  ExperimentSummary,
  MetricSummary,
  VariantSummary,
} from "../../../protocols/results.ts";

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
        definition.metrics,
      ),
    );
  const days = [...new Set(counted.map((row) => row.day))].sort((a, b) => a - b);
  const withCovariates = variantsOf(counted).map((variant) => ({
    ...variant,
    ...covariatesOf(
      counted.filter((row) => row.variant === variant.variant),
      definition.metrics,
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
  readonly numbers: readonly (readonly [number, number])[];
  readonly covariates: readonly number[];
}

/** R2, R3, R4, R8, R10, R12: one unit in one experiment. */
function rowOf(unit: Unit, definition: ExperimentDefinition): Row | undefined {
  const { experiment, metrics } = definition;
  const exposures = unit.exposures.filter(
    ({ record }) => record.experiment === experiment.key && record.phase === experiment.phase,
  );
  const [first] = exposures.toSorted((a, b) => a.record.ts - b.record.ts || a.order - b.order);
  if (first === undefined) return undefined;
  const { ts: start, session, metadata = {} } = first.record;
  const aside = unit.optedOut
    ? "opted_out"
    : unit.bot && experiment.bots !== "included"
      ? "bot"
      : new Set(exposures.map(({ record }) => record.variant)).size > 1
        ? "crossover"
        : undefined;
  const inTime = unit.events.filter(
    ({ ts, at }) =>
      ts >= start && exposures.some(({ record }) => record.ts <= ts && record.at <= at + 7 * day),
  );
  const numbers = metrics.map((metric) => {
    const events = inTime.filter((event) => isIn(metric, start, session, event));
    return numbersOf(metric, events);
  });
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
    numbers,
    covariates: metrics.map(
      ({ key }) => unit.before.get(`${experiment.key}/${experiment.phase}/${key}`) ?? 0,
    ),
  };
}

function isIn(
  { window = { type: "lifetime" } }: Metric,
  start: number,
  session: string | undefined,
  event: MetricRecord,
): boolean {
  switch (window.type) {
    case "lifetime":
      return true;
    case "conversion":
      return event.ts < start + window.hours * 3_600_000;
    case "day":
      return dayOf(event.ts) === dayOf(start);
    case "session":
      return session !== undefined && event.session === session;
  }
}

function numbersOf({ definition }: Metric, events: readonly MetricRecord[]): readonly [number, number] {
  const count = (name: string): number => events.filter((event) => event.name === name).length;
  const sum = (name: string): number =>
    events.filter((event) => event.name === name).reduce((total, { value }) => total + value, 0);
  const term = ({ event, aggregate }: RatioTerm): number =>
    aggregate === "count" ? count(event) : sum(event);
  switch (definition.type) {
    case "binary":
      return [Math.min(1, count(definition.event)), 0];
    case "count":
      return [count(definition.event), 0];
    case "sum":
      return [sum(definition.event), 0];
    case "mean":
      return [sum(definition.event), count(definition.event)];
    case "ratio":
      return [term(definition.numerator), term(definition.denominator)];
  }
}

function variantOf(variant: string, rows: readonly Row[], metrics: readonly Metric[]): VariantSummary {
  return {
    variant,
    units: rows.length,
    metrics: Object.fromEntries(
      metrics.map((metric, index) => [
        metric.key,
        summaryOf(
          metric,
          rows.map(({ numbers }) => numbers[index] ?? [0, 0]),
        ),
      ]),
    ),
  };
}

function summaryOf({ definition }: Metric, numbers: readonly (readonly [number, number])[]): MetricSummary {
  const firsts = numbers.map(([first]) => first);
  const seconds = numbers.map(([, second]) => second);
  const moments = (values: readonly number[]): MetricSummary => ({
    kind: "mean",
    count: values.length,
    mean: meanOf(values),
    squaredDeviations: crossOf(values, values),
  });
  switch (definition.type) {
    case "binary":
      return {
        kind: "proportion",
        count: numbers.length,
        successes: firsts.filter((first) => first > 0).length,
      };
    case "count":
    case "sum":
      return moments(firsts);
    case "mean":
      return moments(numbers.filter(([, count]) => count > 0).map(([sum, count]) => sum / count));
    case "ratio":
      return {
        kind: "ratio",
        count: numbers.length,
        meanNumerator: meanOf(firsts),
        meanDenominator: meanOf(seconds),
        squaredNumerator: crossOf(firsts, firsts),
        squaredDenominator: crossOf(seconds, seconds),
        crossDeviations: crossOf(firsts, seconds),
      };
  }
}

function covariatesOf(
  rows: readonly Row[],
  metrics: readonly Metric[],
): { readonly covariates?: Record<string, CovariateMoments> } {
  const entries = metrics.flatMap((metric, index) => {
    if (metric.covariate === undefined || metric.definition.type === "ratio") return [];
    const isMean = metric.definition.type === "mean";
    const pairs = rows.flatMap(({ numbers, covariates }): [number, number][] => {
      const [first = 0, second = 0] = numbers[index] ?? [];
      if (isMean && second === 0) return [];
      return [[isMean ? first / second : first, covariates[index] ?? 0]];
    });
    const values = pairs.map(([value]) => value);
    const befores = pairs.map(([, before]) => before);
    const moments: CovariateMoments = {
      count: pairs.length,
      meanValue: meanOf(values),
      meanCovariate: meanOf(befores),
      squaredValue: crossOf(values, values),
      squaredCovariate: crossOf(befores, befores),
      crossDeviations: crossOf(values, befores),
    };
    return [[metric.key, moments] as const];
  });
  return entries.length === 0 ? {} : { covariates: Object.fromEntries(entries) };
}

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function crossOf(left: readonly number[], right: readonly number[]): number {
  const [meanLeft, meanRight] = [meanOf(left), meanOf(right)];
  return left.reduce((sum, value, index) => sum + (value - meanLeft) * ((right[index] ?? 0) - meanRight), 0);
}
