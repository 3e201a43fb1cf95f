import { streams } from "../protocols/topology.ts";
import {
  createLog,
  createTelemetry,
  openConnection,
  openMetricsServer,
  stopRequested,
  systemClock,
  systemRandom,
} from "../runtime/index.ts";
import { openAsides } from "./asides/asides.ts";
import { openAudit } from "./audit/audit.ts";
import { brokenParts } from "./broken-parts.ts";
import { analyticsConfig } from "./config.ts";
import { Forgetting } from "./forgetting.ts";
import { metricsText } from "./metrics.ts";
import { openIntegrity } from "./integrity.ts";
import { openPool } from "./pool.ts";
import { isLevel, readRefill } from "./refill.ts";
import { openRollupKeeper } from "./rollups/keeper.ts";
import { RowDesk } from "./rows/desk.ts";
import { serveAnalytics } from "./serve.ts";
import type { WarehouseParts } from "./serve.ts";
import { recoverRows } from "./recovery.ts";
import { sinkBucket } from "./sink/mark.ts";
import { openCovariates } from "./covariates/covariates.ts";
import { EventTimes } from "./freshness/event-times.ts";
import { openEventWatch } from "./freshness/watch.ts";
import { feeds } from "./sink/feed.ts";
import { openSink } from "./sink/sink.ts";
import type { Sink } from "./sink/sink.ts";
import { failureText } from "./warehouse-failure.ts";
import { openConfiguredWarehouse } from "./warehouse.ts";

// The life of the analytics process: connect, serve statistics, bring the warehouse up, feed it, until told to stop.

/** Waiting analyses: at 10 ms each, the last one waits 1 s. */
const analysesWaitingMax = 100;
/** Three missed heartbeats; with a server, several processes may want to be its sink. */
const takeOverAfterMs = 15_000;
/** For the block under way; what is not done by then is settled by the next start. */
const sinkStopMsMax = 5_000;
/** A look at a small table; a phase that starts has its covariates half a minute later. */
const covariatesEveryMs = 10_000;
/** Two small questions an environment; an event that stalls is known a minute later. */
const eventWatchEveryMs = 60_000;
/** Disks lose bits; a day's loss is within what the stream still has. */
const integrityEveryMs = 24 * 3_600_000;

/** Up to where the log is in ClickHouse; nobody knows while another process writes. */
const reachOf = (sink: Sink) => (): number | undefined =>
  sink.state === "running" ? sink.position.acknowledged : undefined;

const config = analyticsConfig(process.env);
const log = createLog("analytics", { level: config.logLevel });
const stopping = new AbortController();
const stopped = stopRequested().then((reason) => {
  log.info("analytics.stopping", { reason });
  stopping.abort();
  if (!isUp) process.exit(0); // it waits for the message server, and nothing is under way yet
});
let isUp = false;
const surroundings = { log, clock: systemClock, random: systemRandom };

const connection = await openConnection({
  url: config.natsUrl,
  name: "analytics",
  streams: Object.values(streams).map((stream) => ({ ...stream, replicas: config.replicas })),
  replicas: config.replicas,
  log,
});
isUp = true;
const pool = openPool({ threads: config.threads, queueLengthMax: analysesWaitingMax });
let parts: WarehouseParts | undefined;
let exitCode = 0;
const text = metricsText(
  createTelemetry("weir-analytics"),
  connection.reader,
  () => parts,
  pool,
  () => systemClock.now(),
);
const metricsServer = openMetricsServer(config.metrics, text, surroundings);
const stopServing = await serveAnalytics(connection.messaging, pool, () => parts, systemClock);

const opened = openConfiguredWarehouse(config, surroundings);
const { warehouse } = opened;
try {
  if (await opened.prepare(stopping.signal)) {
    const recoveredMs = systemClock.now();
    const recovered = await recoverRows({ connection, warehouse, ...surroundings });
    if (!recovered.ok) throw new Error(`The warehouse went away: ${failureText(recovered.failure)}`);
    const marks = await connection.bucket(sinkBucket);
    const common = {
      connection,
      warehouse,
      takeOverAfterMs: warehouse.embedded ? 0 : takeOverAfterMs,
      ...surroundings,
    };
    const isRefilled = (): Promise<boolean> =>
      isLevel(marks, (stream, subject) => connection.reader.lastSequence(stream, subject));
    const times = new EventTimes();
    const written = times.note.bind(times);
    const sink = openSink({ ...common, feed: feeds.events, written });
    const decisions = openSink({ ...common, feed: feeds.decisions });
    const reached = reachOf(sink);
    const audit = openAudit({
      connection,
      warehouse,
      acknowledged: reached,
      everyMs: config.auditEveryMs,
      ...surroundings,
    });
    const covariates = openCovariates({
      connection,
      warehouse,
      isOwner: () => sink.state === "running",
      everyMs: covariatesEveryMs,
      ...surroundings,
    });
    // A server's replicas compare and repair themselves.
    const integrity = warehouse.embedded
      ? openIntegrity({ connection, warehouse, everyMs: integrityEveryMs, ...surroundings })
      : undefined;
    opened.onDoubt(() => integrity?.doubt());
    const watch = openEventWatch({
      connection,
      warehouse,
      times,
      isOwner: () => sink.state === "running",
      everyMs: eventWatchEveryMs,
      ...surroundings,
    });
    const rows = new RowDesk({
      warehouse,
      pool,
      clock: systemClock,
      position: reached,
      decided: reachOf(decisions),
    });
    const rollups = openRollupKeeper({
      warehouse,
      acknowledged: reached,
      isRefilling: async () => !(await isRefilled()),
      ...surroundings,
    });
    const asides =
      config.warehouse.kind === "embedded"
        ? openAsides({
            directory: config.warehouse.directory,
            warehouse,
            isLevel: async () => {
              const broken = await brokenParts(warehouse, marks);
              return broken.ok && broken.value.length === 0 && (await isRefilled());
            },
            refill: () => readRefill(marks),
            recoveredMs,
            setAsideDays: config.setAsideDays,
            retentionDays: config.retentionDays,
            ...surroundings,
          })
        : undefined;
    const forgetting = new Forgetting({ warehouse, asides, clock: systemClock });
    const kept = { rollups, asides, forgetting };
    parts = { warehouse, sink, decisions, audit, watch, rows, ...kept, marks, clock: systemClock };
    process.send?.({ type: "ready" });
    log.info("analytics.ready", { embedded: warehouse.embedded });
    const lost = Promise.race([opened.replaced, ...(integrity === undefined ? [] : [integrity.damaged])]);
    const end = await Promise.race([stopped, lost.then(() => "lost" as const)]);
    if (end === "lost") {
      exitCode = 1; // whoever started us starts us again, and the start writes anew what is missing
      stopping.abort();
    }
    await Promise.race([
      Promise.all([
        sink.close(),
        decisions.close(),
        audit.close(),
        covariates.close(),
        integrity?.close(),
        watch.close(),
        rollups.close(),
        asides?.close(),
        rows.close(),
      ]),
      systemClock.sleep(sinkStopMsMax),
    ]);
  }
} finally {
  await stopServing();
  await metricsServer.close();
  await pool.close();
  await opened.close();
  await connection.drain();
}
process.exit(exitCode); // timers of a vendor library may linger; everything of ours is closed
