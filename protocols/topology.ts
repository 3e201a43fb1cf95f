import { assignmentDaysMax } from "./directory.ts";
import { unitHash } from "./hash64.ts";
import type { EnvironmentKey, ExperimentKey, UnitId } from "./ids.ts";
import type { JobId } from "./job.ts";

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
  /** What the self-audit found last, `<environment>.<experiment>`. */
  audit: "AUDIT",
  /** Whether the events that running experiments read still come, `<environment>`. */
  freshness: "FRESHNESS",
  /** Kept assignments of sticky experiments, `<environment>.<unit>`. */
  assignments: "ASSIGN",
  /** Which unit is whom, `<environment>.<unit>`: written by gateways, who let a unit be linked once. */
  identities: "IDENTITIES",
  /** What units said about being counted, `<environment>.<unit>`. */
  consents: "CONSENTS",
  /** What operators have under way: locks. */
  operations: "OPERATIONS",
  /** Who was deleted and when: `unit.<environment>.<tombstone>` and `receipt.<environment>.<id>`. No unit id stays here. */
  deletions: "DELETIONS",
} as const;

/** Entries that nobody wrote for so long go by themselves; of other buckets they stay. */
export const assignmentAgeMsMax = assignmentDaysMax * day;

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
  /**
   * Refused events. Apart from the runtime's letters (`dead.message`, `.command`, `.effect`, `.gap`), whose words may be
   * keys of environments. Letters of before stand under `dead.<environment>` until they are 30 days old.
   */
  dead: (environment: EnvironmentKey) => `dead.events.${escapeToken(environment)}`,
  /** Batches of DecisionRecord lines. */
  decisions: (environment: EnvironmentKey) => `decisions.${escapeToken(environment)}`,
  allDecisions: "decisions.>",
  /** A fold's partial sums of one experiment, after they changed. Payload: PartialSums. */
  sums: (environment: EnvironmentKey, experiment: ExperimentKey, partition: number | "*") =>
    `sums.${escapeToken(environment)}.${escapeToken(experiment)}.${partition}`,
  /** Live results of an experiment. Payload: ExperimentResult. */
  results: (environment: EnvironmentKey, experiment: ExperimentKey) =>
    `results.${escapeToken(environment)}.${escapeToken(experiment)}`,
  allResults: "results.>",
  /** What the self-audit found. Payload: AuditRecord. */
  audit: (environment: EnvironmentKey, experiment: ExperimentKey) =>
    `audit.${escapeToken(environment)}.${escapeToken(experiment)}`,
  /** Request: statistics of a summary, answered by any analytics process. */
  analyse: "analytics.analyse",
  /** Request: the effects within each value of a dimension. */
  breakdown: "analytics.breakdown",
  /** Request: SQL that gives each metric's sums, for a person to run. */
  sql: "analytics.sql",
  /** Request: the same sums recomputed from ClickHouse. */
  warehouseSummary: "analytics.summary",
  /** Request: what sums do not tell, from ClickHouse's rows. */
  rowAnswer: "analytics.rows",
  /** Request: interactions, triggered analysis, a holdout's effect, from the same rows. */
  depth: "analytics.depth",
  /** Request: how many units an experiment needs. */
  power: "analytics.power",
  /** Request: the past under random splits. */
  calibrate: "analytics.calibrate",
  /** Request: how far a piece of work is, or to give it up; the process that does it answers while it does. */
  job: (id: JobId) => `analytics.job.${id}`,
  /** Request: how far the sink is. */
  warehousePosition: "analytics.position",
  /** Request: a piece of the log out of ClickHouse. */
  logRows: "analytics.log-rows",
  /** Request: remove a unit from ClickHouse, and prove it. */
  deleteUnit: "analytics.delete-unit",
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

/** Reads back what `subjects.decisions` wrote; undefined for anything else. */
export function parseDecisionsSubject(subject: string): EnvironmentKey | undefined {
  const [head, environment, ...rest] = subject.split(".");
  return head === "decisions" && environment !== undefined && rest.length === 0
    ? (unescapeToken(environment) as EnvironmentKey)
    : undefined;
}

/** Partition of a unit: its first two hash bytes modulo the environment's partitions. */
export function partitionOf(unitId: string, partitions: number): number {
  return (unitHash(unitId as UnitId).high >>> 16) % partitions;
}

/** Addresses of actors, folds and services. */
export const kinds = {
  organisation: "organisation",
  environment: "environment",
  /** Fold, key `<environment>/<partition>`. */
  partition: "partition",
  /** Service, key `<environment>/<experiment>`. */
  experiment: "experiment",
  /** Entity, key `<environment>/<experiment>`: what earlier looks found. */
  monitor: "monitor",
} as const;

export const partitionKey = (environment: EnvironmentKey, partition: number): string =>
  `${environment}/${partition}`;
export const experimentAddressKey = (environment: EnvironmentKey, experiment: ExperimentKey): string =>
  `${environment}/${experiment}`;
