import { assert } from "../../protocols/assert.ts";
import { shardCountDefault, shardOf } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { activator } from "./activator.ts";
import { systemClock } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";
import type { Connection } from "../ports/connection.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import { Backoff } from "../backoff.ts";
import { hostedActors } from "../operations/hosted-actors.ts";
import { serveOperations } from "../operations/host-operations.ts";
import { LeaseKeeper } from "../ownership/lease-keeper.ts";
import { leasesBucket } from "../ownership/lease-records.ts";
import { idleMsDefault, leaseTtlMsDefault } from "../limits.ts";
import { silentLog } from "../ports/log.ts";
import type { Log } from "../ports/log.ts";
import { runtimeMetrics } from "../observability/metrics.ts";
import { noTracer } from "../observability/tracing.ts";
import type { Tracer } from "../observability/tracing.ts";
import { openClient } from "../messaging/client.ts";
import { systemRandom } from "../ports/random.ts";
import type { Random } from "../ports/random.ts";
import type { AnyService } from "./service-actor.ts";
import { WallClock } from "./wall-clock.ts";
import { Shard } from "./shard.ts";
import type { Telemetry } from "../observability/telemetry.ts";

export interface HostOptions {
  readonly connection: Connection;
  /** Unique among the hosts, and the same after a restart: a host takes its own shards back without waiting. */
  readonly name: string;
  readonly actors: readonly AnyBehaviour[];
  readonly folds?: readonly AnyFold[];
  readonly services?: readonly AnyService[];
  /** Actors that must run without being asked, on whichever host owns them. Read again at `refreshStanding`. */
  readonly standing?: () => readonly Address[];
  readonly leaseTtlMs?: number;
  readonly shardCount?: number;
  /** An actor that nobody asked for this long is put to sleep. */
  readonly idleMs?: number;
  /** The stream that holds `log.>`. */
  readonly journalStream?: string;
  readonly log?: Log;
  readonly telemetry?: Telemetry;
  readonly tracer?: Tracer;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface Host {
  /** What must stand has changed. */
  refreshStanding(): void;
  readonly ownedShards: readonly number[];
  /** Hands all shards over: finishes, snapshots, releases. Bounded; what is not done by then expires with its lease. */
  drain(msMax: number): Promise<void>;
}

const wakesBucket = "WAKES";
const snapshotsStream = "SNAPSHOTS";
const journalStreamDefault = "CONTROL";
const housekeepingMsMax = 5_000;
/** A clock that is slewed moves some milliseconds; what moves further was set. */
const clockJumpMs = 1_000;
/** In a bucket's key and in a placement score. */
const hostNamePattern = /^[A-Za-z0-9_=-]{1,100}$/;

export async function openHost(options: HostOptions): Promise<Host> {
  const { connection, name, clock = systemClock, random = systemRandom, log = silentLog } = options;
  const { shardCount = shardCountDefault, leaseTtlMs: ttlMs = leaseTtlMsDefault } = options;
  assert(connection.store !== undefined, "a host needs a connection with a store");
  assert(hostNamePattern.test(name), `host name ${JSON.stringify(name)}: letters, digits, _, = and - only`);
  const { tracer = noTracer } = options;
  const metrics = runtimeMetrics(options.telemetry);
  const tools = {
    journal: connection.store.journal(options.journalStream ?? journalStreamDefault),
    snapshots: await connection.store.snapshots(snapshotsStream),
    clock,
    random,
    log,
    metrics,
    tracer,
    messaging: connection.messaging,
    reader: connection.reader,
    writer: connection.writer,
    client: openClient(connection, { clock, random, shardCount, tracer }),
    wakes: await connection.bucket(wakesBucket),
    shardCount,
  };
  const activate = activator({ folds: [], services: [], ...options }, tools);
  const shards = new Map<number, Shard>();
  const stopping = new AbortController();

  const standingOf = (shard: number): readonly Address[] => {
    try {
      return (options.standing?.() ?? []).filter((address) => shardOf(address, shardCount) === shard);
    } catch (error) {
      log.error("standing_failed", { error });
      return [];
    }
  };
  const open = async (shard: number, epoch: number): Promise<void> => {
    const ownership = {
      host: name,
      epoch,
      owned: () => keeper.owns(shard, epoch),
      vouched: () => keeper.vouched,
      surrender: () => keeper.surrender(shard, epoch),
    };
    const opened = new Shard(ownership, activate, clock);
    shards.set(shard, opened);
    metrics.ownedShards(shards.size);
    await opened.serve(connection.messaging, shard);
    opened.keepStanding(standingOf(shard));
    void readWakeNotes(opened, shard);
  };
  const readWakeNotes = async (opened: Shard, shard: number): Promise<void> => {
    const backoff = new Backoff(random, { maxMs: 5_000 });
    while (shards.get(shard) === opened && !stopping.signal.aborted) {
      try {
        return await opened.readWakeNotes(tools.wakes, shard, shardCount);
      } catch (error) {
        log.warn("wake_notes_not_read", { shard, error }); // nobody is forgotten: it is tried until it is done
        await clock.sleep(backoff.nextMs(), stopping.signal);
      }
    }
  };
  const close = async (shard: number): Promise<void> => {
    const closing = shards.get(shard);
    await closing?.close();
    if (shards.get(shard) === closing) shards.delete(shard);
    metrics.ownedShards(shards.size);
  };
  const keeper = new LeaseKeeper({
    bucket: await connection.bucket(leasesBucket),
    host: name,
    ttlMs,
    shardCount,
    clock,
    random,
    log,
    lost: (reason) => metrics.leaseLosses(1, { reason }),
    open,
    prepare: async (shard) => shards.get(shard)?.prepare(),
    close,
  });
  await keeper.start();

  const { idleMs = idleMsDefault } = options;
  const housekeepingMs = Math.min(housekeepingMsMax, idleMs);
  const wallClock = new WallClock(clock);
  const keepHouse = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(housekeepingMs, stopping.signal);
      const jumpedMs = wallClock.jumpedMs();
      if (Math.abs(jumpedMs) >= clockJumpMs) {
        metrics.clockJumps(1);
        log.warn("clock_jumped", { jumpedMs: Math.round(jumpedMs) });
      }
      let live = 0;
      for (const [number, shard] of shards) {
        const count = shard.passivate(idleMs);
        if (count > 0) log.debug("actors_put_to_sleep", { shard: number, count });
        live += shard.size;
      }
      metrics.liveActors(live);
    }
  };
  void keepHouse();
  const shardOfAddress = (address: Address): number => shardOf(address, shardCount);
  const stopOperations = await serveOperations(
    connection.messaging,
    hostedActors(shards, shardOfAddress, clock),
    { ...tools, host: name, kinds: { folds: [], services: [], ...options }, shardOf: shardOfAddress },
  );
  log.info("host_opened", { host: name, shards: keeper.ownedShards.length });

  return {
    refreshStanding: () => {
      for (const [shard, opened] of shards) opened.keepStanding(standingOf(shard));
    },
    get ownedShards() {
      return keeper.ownedShards;
    },
    drain: async (msMax) => {
      stopping.abort();
      const done = new AbortController();
      const drained = keeper
        .drain()
        .catch((error: unknown) => log.error("host_not_drained", { host: name, error }));
      void drained.then(() => done.abort());
      await clock.sleep(msMax, done.signal);
      if (!done.signal.aborted) log.warn("drain_cut_short", { host: name, msMax });
      keeper.abandon();
      await stopOperations();
    },
  };
}
