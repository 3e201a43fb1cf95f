import type { AuditRecord } from "../../protocols/audit.ts";
import { Directory } from "../../protocols/directory.ts";
import type { ExperimentKey } from "../../protocols/ids.ts";
import type { PartialSums } from "../../protocols/results.ts";
import {
  buckets,
  escapeToken,
  kinds,
  organisationKey,
  partitionKey,
  subjects,
} from "../../protocols/topology.ts";
import { openClient } from "../../runtime/index.ts";
import type { Clock, Connection, KeyValue, Log, Random } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import type { ComparePorts } from "./compare.ts";
import { auditExperiment } from "./look.ts";
import type { AuditPlace } from "./look.ts";

// Looks at one experiment after the other, for ever: whether its rolling sums are those of the rows in ClickHouse.
// Nothing waits for it, and it changes nothing but its own record.

export interface AuditOptions {
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  /** Of this process's sink; undefined while another process writes: that one audits. */
  readonly acknowledged: () => number | undefined;
  readonly everyMs: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Audit {
  /** Looks by outcome since the start, and experiments that differ now. */
  readonly figures: Readonly<Record<AuditRecord["state"], number>> & { readonly differing: number };
  close(): Promise<void>;
}

/** A partition that replays answers late; the audit can wait. */
const askTimeoutMs = 5_000;
/** Of experiments that met anybody in so many days. */
const recentDays = 2;

export function openAudit(options: AuditOptions): Audit {
  const { connection, warehouse, acknowledged, everyMs, log, clock } = options;
  const stopping = new AbortController();
  const looks = { agrees: 0, differs: 0, pending: 0 };
  const differing = new Set<string>();
  const client = openClient(connection, { clock, random: options.random });
  const ports: ComparePorts = {
    warehouse,
    clock,
    acknowledged: () => acknowledged() ?? 0,
    sums: async (environment, partition, experiment, range) => {
      const address = { kind: kinds.partition, key: partitionKey(environment, partition) };
      const message = { type: "sums", experiment, ...(range === undefined ? {} : { range }) };
      const ask = { by: "audit", timeoutMs: askTimeoutMs };
      const answer = await client.ask<PartialSums | null, { code: string }>(address, message, ask);
      return answer.ok ? (answer.value ?? undefined) : undefined;
    },
  };

  async function look(place: AuditPlace, records: KeyValue): Promise<void> {
    const record = await auditExperiment(ports, place);
    looks[record.state]++;
    const name = `${place.environment}/${place.experiment}`;
    if (record.state === "agrees") differing.delete(name);
    if (record.state === "differs") {
      differing.add(name);
      log.error("audit.differs", { ...record, code: "audit_differs" });
    }
    connection.messaging.publish(
      subjects.audit(place.environment, place.experiment as ExperimentKey),
      record,
    );
    await store(records, record);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted || acknowledged() === undefined) continue;
      try {
        const records = await connection.bucket(buckets.audit);
        for (const place of await placesOf(connection, warehouse)) {
          if (stopping.signal.aborted) return;
          await look(place, records);
        }
      } catch (error) {
        log.warn("audit.failed", { error }); // the message system is away: the next round comes
      }
    }
  }

  const ended = run();
  return {
    get figures() {
      return { ...looks, differing: differing.size };
    },
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

async function store(records: KeyValue, record: AuditRecord): Promise<void> {
  const key = `${escapeToken(record.environment)}.${escapeToken(record.experiment)}`;
  const present = await records.get(key);
  // Another process that wrote in between looked at the same moment: its word is as good.
  await records.put(key, new TextEncoder().encode(JSON.stringify(record)), present?.revision ?? 0);
}

/** Experiments of every environment that met somebody lately. */
async function placesOf(connection: Connection, warehouse: Warehouse): Promise<AuditPlace[]> {
  const entry = await (await connection.bucket(buckets.directory)).get(organisationKey);
  if (entry === undefined) return [];
  const directory = Directory.parse(JSON.parse(new TextDecoder().decode(entry.value)));
  const places: AuditPlace[] = [];
  for (const { key: environment, partitions, archived } of directory.environments) {
    if (archived) continue;
    const found = await warehouse.query<{ experiment: string }>(
      `SELECT DISTINCT experiment FROM ${tables.exposures.name} WHERE env = {env:String} AND received_at > now() - toIntervalDay(${recentDays}) ORDER BY experiment`,
      { env: environment },
    );
    if (!found.ok) continue;
    for (const { experiment } of found.value) places.push({ environment, partitions, experiment });
  }
  return places;
}
