import type { ExperimentStatus } from "./experiment.ts";

// What metrics are made of, and what depends on what: read off the documents, whatever kind of metric they define.

/** Where a metric reads events: the event, where it stands in the definition, and the properties that are looked at. */
export interface EventUse {
  readonly event: string;
  /** Path in the definition: `numerator`, `steps[1]`, or empty for the definition itself. */
  readonly role: string;
  readonly properties: readonly string[];
}

export type MetricRole = "primary" | "secondary" | "guardrail";

export interface LineageMetric {
  readonly key: string;
  readonly definition: unknown;
  readonly covariate?: unknown;
}

export interface LineageExperiment {
  readonly key: string;
  readonly flag: string;
  readonly status: ExperimentStatus;
  readonly metrics: {
    readonly primary: string;
    readonly secondary: readonly string[];
    readonly guardrails: readonly string[];
  };
  /** Definitions that hold for it, where they are not the environment's any more. */
  readonly frozenMetrics?: readonly LineageMetric[] | undefined;
}

export interface LineageSource {
  readonly metrics: readonly LineageMetric[];
  readonly experiments: readonly LineageExperiment[];
}

export interface ExperimentUse {
  readonly experiment: string;
  readonly flag: string;
  readonly status: ExperimentStatus;
  readonly role: MetricRole;
  /** It measures by an earlier definition of the metric, the one it started with. */
  readonly earlierDefinition?: true;
}

export interface MetricLineage {
  readonly metric: string;
  readonly events: readonly EventUse[];
  readonly covariate?: {
    readonly lookbackDays?: number;
    /** Other metrics whose values before the experiment are used. */
    readonly metrics: readonly string[];
  };
  /** Metrics whose covariate this one is. */
  readonly covariateOf: readonly string[];
  readonly experiments: readonly ExperimentUse[];
  /** Flags of those experiments. */
  readonly features: readonly string[];
}

export interface EventLineage {
  readonly event: string;
  readonly metrics: readonly {
    readonly metric: string;
    readonly roles: readonly string[];
    readonly properties: readonly string[];
    /** It reads the event by its covariate only. */
    readonly byCovariateOnly?: true;
  }[];
  /** Experiments with a metric that reads it; live ones break when it stops. */
  readonly experiments: readonly (ExperimentUse & { readonly metric: string; readonly breaks: boolean })[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every event a definition reads: whatever has a member `event` is a source. */
export function eventUses(definition: unknown, role = ""): EventUse[] {
  if (Array.isArray(definition))
    return definition.flatMap((item, index) => eventUses(item, `${role}[${index}]`));
  if (!isObject(definition)) return [];
  const { event } = definition;
  const own = typeof event === "string" ? [{ event, role, properties: propertiesOf(definition) }] : [];
  const inner = Object.entries(definition)
    .filter(([name]) => name !== "filter")
    .flatMap(([name, member]) => eventUses(member, role === "" ? name : `${role}.${name}`));
  return [...own, ...inner];
}

const eventNamesOf = (definition: unknown): string[] => [
  ...new Set(eventUses(definition).map(({ event }) => event)),
];

function propertiesOf({ filter, value }: Readonly<Record<string, unknown>>): string[] {
  const named = [...attributesOf(filter), ...(typeof value === "string" ? [value] : [])];
  return [...new Set(named)].sort();
}

/** Attributes of a condition, however deep; of the shorthand form, its members. */
function attributesOf(condition: unknown): string[] {
  if (!isObject(condition)) return [];
  const { attribute, all, any, not } = condition;
  if (typeof attribute === "string") return [attribute];
  if (Array.isArray(all)) return all.flatMap(attributesOf);
  if (Array.isArray(any)) return any.flatMap(attributesOf);
  return isObject(not) ? attributesOf(not) : "op" in condition ? [] : Object.keys(condition);
}

const covariateMetrics = ({ covariate }: LineageMetric): string[] => {
  const named = isObject(covariate) ? covariate["metrics"] : undefined;
  return Array.isArray(named) ? named.filter((key) => typeof key === "string") : [];
};

/** Each once. */
export const metricKeysOf = <Key extends string>({
  metrics: { primary, secondary, guardrails },
}: {
  readonly metrics: {
    readonly primary: Key;
    readonly secondary: readonly Key[];
    readonly guardrails: readonly Key[];
  };
}): Key[] => [...new Set([primary, ...secondary, ...guardrails])];

export const isLiveStatus = (status: ExperimentStatus): boolean =>
  status === "running" || status === "paused";

/** Undefined when there is no such metric. */
export function metricLineage(key: string, source: LineageSource): MetricLineage | undefined {
  const metric = source.metrics.find((each) => each.key === key);
  if (metric === undefined) return undefined;
  const { covariate } = metric;
  const lookbackDays = isObject(covariate) ? covariate["lookbackDays"] : undefined;
  const days = typeof lookbackDays === "number" ? { lookbackDays } : {};
  const experiments = source.experiments.flatMap((experiment) => usesOf(experiment, key));
  return {
    metric: key,
    events: eventUses(metric.definition),
    ...(covariate === undefined ? {} : { covariate: { ...days, metrics: covariateMetrics(metric) } }),
    covariateOf: source.metrics
      .filter((other) => other.key !== key && covariateMetrics(other).includes(key))
      .map((other) => other.key),
    experiments,
    features: [...new Set(experiments.map(({ flag }) => flag))].sort(),
  };
}

function usesOf(experiment: LineageExperiment, metric: string): ExperimentUse[] {
  const { key, flag, status, metrics, frozenMetrics = [] } = experiment;
  const roles: MetricRole[] = [
    ...(metrics.primary === metric ? (["primary"] as const) : []),
    ...(metrics.secondary.includes(metric) ? (["secondary"] as const) : []),
    ...(metrics.guardrails.includes(metric) ? (["guardrail"] as const) : []),
  ];
  const isFrozen = frozenMetrics.some((frozen) => frozen.key === metric);
  return roles.map((role) => ({
    experiment: key,
    flag,
    status,
    role,
    ...(isFrozen ? { earlierDefinition: true } : {}),
  }));
}

/** What reads an event; empty when nothing does. */
export function eventLineage(event: string, source: LineageSource): EventLineage {
  const byKey = new Map(source.metrics.map((metric) => [metric.key, metric]));
  const reads = (metric: LineageMetric): boolean => readsEvent(metric, event, byKey);
  const metrics = source.metrics.filter(reads).map((metric) => {
    const uses = eventUses(metric.definition).filter((use) => use.event === event);
    return {
      metric: metric.key,
      roles: uses.map(({ role }) => role),
      properties: [...new Set(uses.flatMap(({ properties }) => properties))].sort(),
      ...(uses.length === 0 ? ({ byCovariateOnly: true } as const) : {}),
    };
  });
  const experiments = source.experiments.flatMap((experiment) =>
    definitionsFor(experiment, byKey)
      .filter(reads)
      .flatMap(({ key }) =>
        usesOf(experiment, key).map((use) => ({ ...use, metric: key, breaks: isLiveStatus(use.status) })),
      ),
  );
  return { event, metrics, experiments };
}

/** By its own definition, or by that of a metric that its covariate names. */
function readsEvent(
  metric: LineageMetric,
  event: string,
  byKey: ReadonlyMap<string, LineageMetric>,
): boolean {
  const named = covariateMetrics(metric).flatMap((key) => byKey.get(key) ?? []);
  return [metric, ...named].some(({ definition }) => eventNamesOf(definition).includes(event));
}

/** The metrics of an experiment as it measures by them. */
function definitionsFor(
  experiment: LineageExperiment,
  byKey: ReadonlyMap<string, LineageMetric>,
): LineageMetric[] {
  const { frozenMetrics = [] } = experiment;
  return metricKeysOf(experiment).flatMap(
    (key) => frozenMetrics.find((each) => each.key === key) ?? byKey.get(key) ?? [],
  );
}
