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
import { openAudit } from "./audit/audit.ts";
import { analyticsConfig } from "./config.ts";
import { metricsText } from "./metrics.ts";
import { openPool } from "./pool.ts";
import { serveAnalytics } from "./serve.ts";
import type { WarehouseParts } from "./serve.ts";
import { recoverRows } from "./recovery.ts";
import { sinkBucket } from "./sink/mark.ts";
import { openCovariates } from "./covariates/covariates.ts";
import { feeds } from "./sink/feed.ts";
import { openSink } from "./sink/sink.ts";
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

const config = analyticsConfig(process.env);
const log = createLog("analytics", { level: config.logLevel });
const stopping = new AbortController();
const stopped = stopRequested().then((reason) => {
  log.info("analytics.stopping", { reason });
  stopping.abort();
});
const surroundings = { log, clock: systemClock, random: systemRandom };

const connection = await openConnection({
  url: config.natsUrl,
  name: "analytics",
  streams: Object.values(streams).map((stream) => ({ ...stream, replicas: config.replicas })),
  replicas: config.replicas,
  log,
});
const pool = openPool({ threads: config.threads, queueLengthMax: analysesWaitingMax });
let parts: WarehouseParts | undefined;
let exitCode = 0;
const text = metricsText(
  createTelemetry("weir-analytics"),
  connection.reader,
  () => parts,
  () => systemClock.now(),
);
const metricsServer = openMetricsServer(config.metrics, text, surroundings);
const stopServing = await serveAnalytics(connection.messaging, pool, () => parts);

const opened = openConfiguredWarehouse(config, surroundings);
const { warehouse } = opened;
try {
  if (await opened.prepare(stopping.signal)) {
    const recovered = await recoverRows({ connection, warehouse, log });
    if (!recovered.ok) throw new Error(`The warehouse went away: ${failureText(recovered.failure)}`);
    const marks = await connection.bucket(sinkBucket);
    const common = {
      connection,
      warehouse,
      takeOverAfterMs: warehouse.embedded ? 0 : takeOverAfterMs,
      ...surroundings,
    };
    const sink = openSink({ ...common, feed: feeds.events });
    const decisions = openSink({ ...common, feed: feeds.decisions });
    const audit = openAudit({
      connection,
      warehouse,
      acknowledged: () => (sink.state === "running" ? sink.position.acknowledged : undefined),
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
    parts = { warehouse, sink, decisions, audit, marks, clock: systemClock };
    process.send?.({ type: "ready" });
    log.info("analytics.ready", { embedded: warehouse.embedded });
    const end = await Promise.race([stopped, opened.replaced.then(() => "replaced" as const)]);
    if (end === "replaced") {
      exitCode = 1; // whoever started us starts us again, and the start fills the new warehouse
      stopping.abort();
    }
    await Promise.race([
      Promise.all([sink.close(), decisions.close(), audit.close(), covariates.close()]),
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
