import { Buffer } from "node:buffer";
import type { EnvironmentKey, ExperimentKey } from "./ids.ts";

// Every stream, bucket and subject of Weir. Keys may hold dots, subjects may not: escaping happens here only.

/** Dots become `=2E`; `=` cannot occur in a key, so the escape is reversible. */
export const escapeToken = (key: string): string => key.replaceAll(".", "=2E");
export const unescapeToken = (token: string): string => token.replaceAll("=2E", ".");

const day = 86_400_000;

export const streams = {
  control: { name: "CONTROL", subjects: ["log.>"], directReads: true },
  events: {
    name: "EVENTS",
    subjects: ["events.>"],
    maxAgeMs: 7 * day,
    maxBytes: 16 * 1024 ** 3,
    duplicateWindowMs: 120_000,
  },
  dead: { name: "DEAD", subjects: ["dead.>"], maxAgeMs: 30 * day, maxBytes: 1024 ** 3 },
  decisions: {
    name: "DECISIONS",
    subjects: ["decisions.>"],
    maxAgeMs: 7 * day,
    maxBytes: 8 * 1024 ** 3,
    duplicateWindowMs: 120_000,
  },
} as const;

export const buckets = {
  plans: "PLANS",
  /** Pieces of plans that are too large for one message; apart, so that whoever follows the plans does not read them. */
  planParts: "PLAN_PARTS",
  directory: "DIRECTORY",
  leases: "LEASES",
  sink: "SINK",
  /** Kept assignments of sticky experiments, `<environment>.<unit>`. */
  assignments: "ASSIGN",
} as const;

/** The one organisation of an installation, and the key of its directory document. */
export const organisationKey = "default";

/** Default and bounds of an environment's partitions, fixed when it is created. */
export const partitionsDefault = 8;
export const partitionsMax = 256;

export const subjects = {
  /** Batches of accepted events of one partition of an environment. */
  events: (environment: EnvironmentKey, partition: number) =>
    `events.${escapeToken(environment)}.${partition}`,
  environmentEvents: (environment: EnvironmentKey) => `events.${escapeToken(environment)}.*`,
  allEvents: "events.>",
  dead: (environment: EnvironmentKey) => `dead.${escapeToken(environment)}`,
  /** Batches of DecisionRecord lines. */
  decisions: (environment: EnvironmentKey) => `decisions.${escapeToken(environment)}`,
  /** A fold's partial sums of one experiment, after they changed. Payload: PartialSums. */
  sums: (environment: EnvironmentKey, experiment: ExperimentKey, partition: number | "*") =>
    `sums.${escapeToken(environment)}.${escapeToken(experiment)}.${partition}`,
  /** Live results of an experiment. Payload: ExperimentResult. */
  results: (environment: EnvironmentKey, experiment: ExperimentKey) =>
    `results.${escapeToken(environment)}.${escapeToken(experiment)}`,
  allResults: "results.>",
  /** Request: statistics of a summary, answered by any analytics process. */
  analyse: "analytics.analyse",
  /** Request: the same sums recomputed from ClickHouse. */
  warehouseSummary: "analytics.summary",
  /** Request: how far the sink is. */
  warehousePosition: "analytics.position",
} as const;

export interface EventsSubject {
  readonly environment: EnvironmentKey;
  readonly partition: number;
}

/** Reads back what `subjects.events` wrote; undefined for anything else. */
export function parseEventsSubject(subject: string): EventsSubject | undefined {
  const [head, environment, partition, ...rest] = subject.split(".");
  if (head !== "events" || environment === undefined || partition === undefined || rest.length > 0)
    return undefined;
  const number = Number(partition);
  return Number.isInteger(number) && number >= 0
    ? { environment: unescapeToken(environment) as EnvironmentKey, partition: number }
    : undefined;
}

/** Partition of a unit: its first hash byte(s) modulo the environment's partitions. */
export function partitionOf(unitId: string, partitions: number): number {
  const bytes = Buffer.from(unitId.slice(0, 4), "base64url");
  return ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % partitions;
}

/** Addresses of actors, folds and services. */
export const kinds = {
  organisation: "organisation",
  environment: "environment",
  /** Fold, key `<environment>/<partition>`. */
  partition: "partition",
  /** Service, key `<environment>/<experiment>`. */
  experiment: "experiment",
} as const;

export const partitionKey = (environment: EnvironmentKey, partition: number): string =>
  `${environment}/${partition}`;
export const experimentAddressKey = (environment: EnvironmentKey, experiment: ExperimentKey): string =>
  `${environment}/${experiment}`;
