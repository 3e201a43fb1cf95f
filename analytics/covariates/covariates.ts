import { z } from "zod";
import { Directory } from "../../protocols/directory.ts";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import { hasCovariate } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { buckets, escapeToken, organisationKey, subjects } from "../../protocols/topology.ts";
import type { Clock, Connection, KeyValue, Log } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import { sinkBucket } from "../sink/mark.ts";
import { failureText } from "../warehouse-failure.ts";
import { covariateRecords } from "./records.ts";
import { covariateValues } from "./values.ts";

// When a phase starts: what each unit did before it, read once from ClickHouse and written to the stream (R12).
//   N1. Done once a phase; the bucket SINK remembers. A crash half way writes the same records again, with the same ids.
//   N2. Nothing waits for it: units without a covariate count with 0 until theirs comes.

export interface CovariatesOptions {
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  /** False while another process writes: that one does this, too. */
  readonly isOwner: () => boolean;
  readonly everyMs: number;
  readonly log: Log;
  readonly clock: Clock;
}

/** Events taken in before the start may still be on their way through the sink. */
const settleMs = 30_000;
/** A phase that started longer ago is settled, or was started before covariates were known. */
const recentMs = 7 * 86_400_000;
/** 100,000 units of 40 B of JSON = 4 MB an answer. */
const unitsPerQuestion = 100_000;
const appendTimeoutMs = 10_000;
const allUnits = 1n << 64n;

interface Phase {
  readonly environment: EnvironmentKey;
  readonly partitions: number;
  readonly definition: ExperimentDefinition;
  readonly startedAt: EpochMs;
  readonly doneKey: string;
}

export function openCovariates(options: CovariatesOptions): { close(): Promise<void> } {
  const { clock, log, everyMs, isOwner } = options;
  const stopping = new AbortController();
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted || !isOwner()) continue;
      try {
        await writeMissing(options, stopping.signal);
      } catch (error) {
        log.warn("covariates.delayed", { error: error instanceof Error ? error.message : error });
      }
    }
  }
  const ended = run();
  return {
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

/** Writes what phases that started lately lack; how many phases were done. */
export async function writeMissing(options: CovariatesOptions, signal?: AbortSignal): Promise<number> {
  const done = await options.connection.bucket(sinkBucket);
  const phases = await phasesOf(options, done);
  for (const phase of phases) {
    for (const metric of phase.definition.metrics) {
      if (!hasCovariate(metric, phase.definition.experiment.unit)) continue;
      if (signal?.aborted === true) return 0;
      const units = await writeMetric(options, phase, metric);
      const { key } = phase.definition.experiment;
      options.log.info("covariates.written", { experiment: key, metric: metric.key, units });
    }
    await done.put(phase.doneKey, new TextEncoder().encode(String(options.clock.now())), 0); // N1
  }
  return phases.length;
}

const DefinitionRow = z.object({
  experiment: z.string(),
  definition: z.string(),
});

/** Phases with covariates that started lately, long enough ago, and are not done. */
async function phasesOf(options: CovariatesOptions, done: KeyValue): Promise<Phase[]> {
  const { connection, warehouse, clock } = options;
  const entry = await (await connection.bucket(buckets.directory)).get(organisationKey);
  if (entry === undefined) return [];
  const directory = Directory.parse(JSON.parse(new TextDecoder().decode(entry.value)));
  const phases: Phase[] = [];
  for (const { key: environment, partitions, archived } of directory.environments) {
    if (archived) continue;
    const found = await warehouse.query(
      `SELECT d.experiment AS experiment, argMax(d.definition, d.version) AS definition FROM ${tables.definitions.name} AS d
WHERE d.env = {env:String} AND d.received_at > fromUnixTimestamp64Milli({since:Int64}) GROUP BY d.experiment`,
      { env: environment, since: clock.now() - recentMs },
    );
    if (!found.ok) throw new Error(failureText(found.failure));
    for (const row of found.value.map((each) => DefinitionRow.parse(each))) {
      const definition = ExperimentDefinition.parse(JSON.parse(row.definition));
      const { startedAt, phase, key } = definition.experiment;
      if (!definition.metrics.some(({ covariate }) => covariate !== undefined)) continue;
      if (startedAt === undefined || clock.now() < startedAt + settleMs) continue;
      const doneKey = `covariates.${escapeToken(environment)}.${escapeToken(key)}.${phase}`;
      if ((await done.get(doneKey)) !== undefined) continue;
      phases.push({ environment, partitions, definition, startedAt, doneKey });
    }
  }
  return phases;
}

/** One metric, range of units by range of units; how many units had a value. */
async function writeMetric(options: CovariatesOptions, phase: Phase, metric: Metric): Promise<number> {
  const { warehouse, connection } = options;
  const { environment, definition, startedAt, partitions } = phase;
  const ranges = await rangesOf(options, phase);
  let units = 0;
  for (const { from, to } of ranges) {
    const question = { environment, metric, before: startedAt, from, to };
    const values = await covariateValues(warehouse, question);
    if (!values.ok) throw new Error(failureText(values.failure));
    units += values.value.length;
    for (const addressed of covariateRecords(definition, metric.key, startedAt, partitions, values.value)) {
      const { partition, record } = addressed;
      const subject = subjects.events(environment, partition);
      const outcome = await connection.writer.append(subject, encodeBatch([record]), {
        messageId: `${environment}:${record.id}`,
        timeoutMs: appendTimeoutMs,
      });
      if (outcome.kind !== "stored") throw new Error(`The stream is ${outcome.kind}`);
    }
  }
  return units;
}

/** Ranges of hashes, which are uniform, so that an answer stays small. The same for the same rows. */
async function rangesOf({ warehouse }: CovariatesOptions, { environment, startedAt }: Phase) {
  const found = await warehouse.query<{ n: string }>(
    `SELECT uniq(e.unit) AS n FROM ${tables.events.name} AS e
WHERE e.env = {env:String} AND e.received_at < fromUnixTimestamp64Milli({before:Int64})`,
    { env: environment, before: startedAt },
  );
  if (!found.ok) throw new Error(failureText(found.failure));
  // A power of two: a few rows more or less do not cut elsewhere.
  const pieces = 2 ** Math.ceil(Math.log2(Math.max(1, Number(found.value[0]?.n ?? 0) / unitsPerQuestion)));
  const step = allUnits / BigInt(pieces);
  return Array.from({ length: pieces }, (_, index) => ({
    from: String(step * BigInt(index)),
    to: String(step * BigInt(index + 1) - 1n),
  }));
}
