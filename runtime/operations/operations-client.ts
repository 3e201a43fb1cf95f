import type { z } from "zod";
import {
  ActorDetail,
  ActorPage,
  Evicted,
  FoldRebuilding,
  FoldRebuilt,
  ReplayReport,
} from "../../protocols/actor-operations.ts";
import type {
  ActorFilter,
  ActorList,
  ActorRow,
  HostRequest,
  RebuildSource,
} from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { Json } from "../../protocols/json.ts";
import { addressText, shardCountDefault, shardOf } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { leaseRecordOf, leasesBucket, shardKey } from "../ownership/lease-records.ts";
import type { Connection, KeyValue } from "../ports/connection.ts";
import { hostOperations } from "./host-operations.ts";
import { replayMsMax } from "./replay-actor.ts";

// Actors as an operator sees them, over all hosts. Hosts and owners are read from the leases at each question, since
// both change under way.

export interface ActorOperations {
  /** Live actors by address, from every host that answers. `after` is the address text of the last row seen. */
  list(
    filter: ActorFilter,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<Reply<ActorList, RuntimeFailure>>;
  show(address: Address): Promise<Reply<ActorDetail, RuntimeFailure>>;
  replay(address: Address, to?: number): Promise<Reply<ReplayReport, RuntimeFailure>>;
  /** A fold's state made again beside the live one, which it replaces unless `dryRun`; `question` is asked of both. */
  rebuild(
    address: Address,
    options: { readonly question: Json; readonly dryRun: boolean; readonly from?: RebuildSource },
  ): Promise<Reply<FoldRebuilt, RuntimeFailure>>;
  /** How far that is. `cancel`: it is given up, and nothing is replaced. */
  rebuilding(address: Address, cancel: boolean): Promise<Reply<FoldRebuilding, RuntimeFailure>>;
  evict(address: Address): Promise<Reply<Evicted, RuntimeFailure>>;
}

const listMsMax = 2_000;
const askMsMax = 6_000;
/** Some for the way, and for the turn of the loop that is under way when the time is over. */
const replayWaitMsMax = replayMsMax + 5_000;
/** Ten million events of one partition out of ClickHouse, on a host that is busy. */
const rebuildWaitMsMax = 4 * 60_000;
/** A shard changes hands in well under a second; a dead owner's, after its lease. */
const retryAfterMs = 1_000;

export function openOperations(
  connection: Pick<Connection, "messaging" | "bucket">,
  { shardCount = shardCountDefault }: { readonly shardCount?: number } = {},
): ActorOperations {
  const { messaging } = connection;
  let opened: Promise<KeyValue> | undefined;
  // Opened when somebody asks, not before: whoever never asks has no use for the bucket.
  const leases = (): Promise<KeyValue> =>
    (opened ??= connection.bucket(leasesBucket).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  const record = async (key: string) => {
    const entry = await (await leases()).get(key);
    return entry === undefined ? undefined : leaseRecordOf(entry);
  };

  const askHost = async <Schema extends z.ZodType>(
    host: string,
    request: HostRequest,
    answer: Schema,
    timeoutMs: number,
  ): Promise<Reply<z.infer<Schema>, RuntimeFailure>> => {
    const reply = await messaging.request(hostOperations(host), request, { timeoutMs });
    if (!reply.ok) return reply as { ok: false; failure: RuntimeFailure };
    const parsed = answer.safeParse(reply.value);
    return parsed.success
      ? succeed(parsed.data)
      : fail({ code: "unavailable", reason: `the host ${host} answers in another version`, retryAfterMs });
  };
  /** Asks the owner of an address. */
  const askOwner = async <Schema extends z.ZodType>(
    address: Address,
    request: HostRequest,
    answer: Schema,
    timeoutMs: number,
  ): Promise<Reply<z.infer<Schema>, RuntimeFailure>> => {
    const shard = shardOf(address, shardCount);
    const claim = await guarded(() => record(shardKey(shard)));
    if (!claim.ok) return claim;
    const host = claim.value?.kind === "shard" ? claim.value.claim.host : "";
    if (host === "") return unavailable(`shard ${shard} has no owner just now`);
    return askHost(host, request, answer, timeoutMs);
  };

  const hosts = async (): Promise<Map<string, number>> => {
    const bucket = await leases();
    const counts = new Map<string, number>();
    const records = await Promise.all((await bucket.keys()).map(record));
    for (const found of records) if (found?.kind === "host") counts.set(found.name, 0);
    for (const found of records) {
      const count = found?.kind === "shard" ? counts.get(found.claim.host) : undefined;
      if (found?.kind === "shard" && count !== undefined) counts.set(found.claim.host, count + 1);
    }
    return counts;
  };

  return {
    list: async (filter, { after, limit }) => {
      const known = await guarded(hosts);
      if (!known.ok) return known;
      const names = [...known.value].filter(([name]) => filter.host === undefined || name === filter.host);
      if (filter.host !== undefined && names.length === 0) return unavailable(`no host ${filter.host} beats`);
      const request: HostRequest = { type: "ls", filter, limit, ...(after === undefined ? {} : { after }) };
      const pages = await Promise.all(
        names.map(async ([name, shards]) => ({
          name,
          shards,
          page: await askHost(name, request, ActorPage, listMsMax),
        })),
      );
      return succeed(merged(pages, limit));
    },
    show: (address) => askOwner(address, { type: "show", ...address }, ActorDetail, askMsMax),
    replay: (address, to) =>
      askOwner(
        address,
        { type: "replay", ...address, ...(to === undefined ? {} : { to }) },
        ReplayReport,
        replayWaitMsMax,
      ),
    rebuild: (address, options) =>
      askOwner(address, { type: "rebuild", ...address, ...options }, FoldRebuilt, rebuildWaitMsMax),
    rebuilding: (address, cancel) =>
      askOwner(address, { type: "rebuilding", ...address, cancel }, FoldRebuilding, askMsMax),
    evict: (address) => askOwner(address, { type: "evict", ...address }, Evicted, askMsMax),
  };
}

const unavailable = (reason: string) => fail({ code: "unavailable", reason, retryAfterMs } as const);

/** The leases are read from a leader, which may be missing for a moment. */
async function guarded<Value>(read: () => Promise<Value>): Promise<Reply<Value, RuntimeFailure>> {
  try {
    return succeed(await read());
  } catch {
    return unavailable("the leases cannot be read");
  }
}

interface HostPage {
  readonly name: string;
  readonly shards: number;
  readonly page: Reply<ActorPage, RuntimeFailure>;
}

function merged(pages: readonly HostPage[], limit: number): ActorList {
  const rows = new Map<string, ActorRow>();
  let more = false;
  for (const { page } of pages) {
    if (!page.ok) continue;
    more ||= page.value.more;
    for (const row of page.value.items) {
      const name = addressText(row);
      // During a hand-over two may name it: the newer claim's is the one that serves.
      if (row.epoch >= (rows.get(name)?.epoch ?? 0)) rows.set(name, row);
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  const next = last !== undefined && (more || sorted.length > limit) ? { next: last[0] } : {};
  return {
    items: shown.map(([, row]) => row),
    ...next,
    hosts: pages
      .map(({ name, shards, page }) => ({ name, shards, answered: page.ok }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
