import { z } from "zod";
import { Directory } from "../../protocols/directory.ts";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { EventFreshness, FreshnessRecord } from "../../protocols/freshness.ts";
import { buckets, escapeToken, organisationKey } from "../../protocols/topology.ts";
import type { Clock, Connection, Log } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import { failureText } from "../warehouse-failure.ts";
import type { EventTimes } from "./event-times.ts";
import { freshnessOf, readersOf } from "./state.ts";

// Every minute: do the events still come that running experiments read? Their usual rate is that of the hourly sums, which
// are a few hundred rows an event; when the newest came is known from the sink, which writes them all. Nothing waits for it.

export interface EventWatchOptions {
  readonly connection: Pick<Connection, "bucket">;
  readonly warehouse: Pick<Warehouse, "query">;
  readonly times: EventTimes;
  /** False while another process writes: that one watches, too. */
  readonly isOwner: () => boolean;
  readonly everyMs: number;
  readonly log: Log;
  readonly clock: Clock;
}

export interface EventWatch {
  /** As of the last look, by environment. */
  readonly records: readonly FreshnessRecord[];
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const hoursBack = 7 * 24;
/** Named in one environment's record: at 300 bytes each, 300 kB. */
const eventsMax = 1_000;

export function openEventWatch(options: EventWatchOptions): EventWatch {
  const { clock, log, everyMs, isOwner } = options;
  const stopping = new AbortController();
  let records: readonly FreshnessRecord[] = [];
  const alarmed = new Set<string>();
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      if (!isOwner()) {
        records = [];
        continue;
      }
      try {
        records = await lookAtEvents(options);
        sayChanges(records, alarmed, log);
      } catch (error) {
        log.warn("freshness.delayed", { error: error instanceof Error ? error.message : error });
      }
    }
  }
  const ended = run();
  return {
    get records() {
      return records;
    },
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

export const isAlarm = ({ state }: Pick<EventFreshness, "state">): boolean =>
  state === "stalled" || state === "missing";

function sayChanges(records: readonly FreshnessRecord[], alarmed: Set<string>, log: Log): void {
  for (const { environment, events } of records)
    for (const { event, state, experiments, newestAt } of events) {
      const name = `${environment}/${event}`;
      const was = alarmed.has(name);
      if (was === isAlarm({ state })) continue;
      if (was) alarmed.delete(name);
      else alarmed.add(name);
      const told = { environment, event, state, experiments, newestAt };
      if (was) log.info("event.comes_again", told);
      else log.warn("event.stalled", { ...told, code: "event_stalled" });
    }
}

/** One look at every environment; what is found is stored. */
export async function lookAtEvents(options: EventWatchOptions): Promise<readonly FreshnessRecord[]> {
  const { connection } = options;
  const entry = await (await connection.bucket(buckets.directory)).get(organisationKey);
  if (entry === undefined) return [];
  const directory = Directory.parse(JSON.parse(new TextDecoder().decode(entry.value)));
  const stored = await connection.bucket(buckets.freshness);
  const records: FreshnessRecord[] = [];
  for (const { key: environment, archived } of directory.environments) {
    if (archived) continue;
    const record = await lookAtEnvironment(options, environment);
    const key = escapeToken(environment);
    const present = await stored.get(key);
    // An environment that reads nothing, as most of a test's, needs no record of it.
    if (record.events.length === 0 && present === undefined) continue;
    records.push(record);
    await stored.put(key, new TextEncoder().encode(JSON.stringify(record)), present?.revision ?? 0);
  }
  return records;
}

async function lookAtEnvironment(options: EventWatchOptions, environment: string): Promise<FreshnessRecord> {
  const { times, clock } = options;
  const at = clock.now();
  const readers = [...readersOf(await definitionsOf(options, environment))].slice(0, eventsMax);
  const hours = await hoursOf(
    options,
    environment,
    readers.map(([event]) => event),
    at,
  );
  const events = readers.map(([event, reader]) => {
    const perHour = hours.get(event) ?? [];
    const newestAt = newestOf(times.newest(environment, event), perHour, at);
    return freshnessOf(event, reader, { perHour: perHour.slice(0, -1), newestAt }, at);
  });
  return { environment, at, events };
}

/** What the sink saw, or else the end of the last hour that has any: at most an hour late, after a restart. */
function newestOf(seen: number | undefined, perHour: readonly number[], at: number): number | undefined {
  const last = perHour.findLastIndex((count) => count > 0);
  if (last === -1) return seen;
  const end = startOfHour(at) + hourMs - (perHour.length - 1 - last) * hourMs;
  return Math.max(seen ?? 0, seen === undefined ? Math.min(at, end) : 0);
}

const startOfHour = (at: number): number => at - (at % hourMs);

const DefinitionRow = z.object({ definition: z.string() });

/** What experiments meant last. One that cannot be read any more, from years ago, is not running. */
async function definitionsOf(
  { warehouse }: EventWatchOptions,
  environment: string,
): Promise<ExperimentDefinition[]> {
  const found = await warehouse.query(
    `SELECT argMax(d.definition, (d.phase, d.version)) AS definition FROM ${tables.definitions.name} AS d
WHERE d.env = {env:String} GROUP BY d.experiment`,
    { env: environment },
  );
  if (!found.ok) throw new Error(failureText(found.failure));
  return found.value.flatMap((row) => {
    const parsed = ExperimentDefinition.safeParse(JSON.parse(DefinitionRow.parse(row).definition));
    return parsed.success ? [parsed.data] : [];
  });
}

const HourRow = z.object({ event: z.string(), back: z.coerce.number(), events: z.coerce.number() });

/** Events of each hour of the last week, oldest first, with the one that is not over. */
async function hoursOf(
  { warehouse }: EventWatchOptions,
  environment: string,
  events: readonly string[],
  at: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (events.length === 0) return new Map();
  const found = await warehouse.query(
    `SELECT e.event AS event, intDiv({now:Int64} - toInt64(toUnixTimestamp(e.hour)), 3600) AS back, sum(e.events) AS events
FROM weir.events_hourly AS e
WHERE e.env = {env:String} AND e.event IN {events:Array(String)}
  AND e.hour > toDateTime({since:Int64}, 'UTC') AND e.hour <= toDateTime({now:Int64}, 'UTC')
GROUP BY event, back`,
    {
      env: environment,
      events: [...events],
      since: Math.floor(at / 1_000) - hoursBack * 3_600,
      now: Math.floor(at / 1_000),
    },
  );
  if (!found.ok) throw new Error(failureText(found.failure));
  const hours = new Map<string, number[]>();
  for (const row of found.value.map((each) => HourRow.parse(each))) {
    const perHour = hours.get(row.event) ?? Array.from({ length: hoursBack }, () => 0);
    const place = hoursBack - 1 - row.back;
    if (place >= 0) perHour[place] = (perHour[place] ?? 0) + row.events;
    hours.set(row.event, perHour);
  }
  return hours;
}
