import { readFile } from "node:fs/promises";
import { parseKeys } from "../evaluation/keys.ts";
import type { Directory } from "../protocols/directory.ts";
import { buckets, kinds, organisationKey, streams } from "../protocols/topology.ts";
import {
  createLog,
  createTelemetry,
  openClient,
  openConnection,
  openHost,
  openMetricsServer,
  openTracer,
  processText,
  stopRequested,
  systemClock,
  systemRandom,
} from "../runtime/index.ts";
import { actorsConfig } from "./config.ts";
import { environmentBehaviour } from "./environment/behaviour.ts";
import { experimentCoordinator } from "./experiment/coordinator.ts";
import { observed } from "./experiment/fold-figures.ts";
import { partitionFold } from "./experiment/partition-fold.ts";
import { partitionPast } from "./experiment/partition-past.ts";
import { monitorBehaviour } from "./monitor/monitor.ts";
import { organisationBehaviour } from "./organisation/behaviour.ts";
import { planPublisher } from "./plan-publisher.ts";
import { documentPublisher } from "./published-document.ts";
import { Standing } from "./standing.ts";

// The life of the actors process: connect, host, tell the organisation of its root token, work until told to stop.

/** Handing over takes a snapshot of every fold; what is not done by then is replayed by the next owner. */
const drainMsMax = 5_000;
/** The organisation answers as soon as some host owns its shard, a lease's life after the last one died. */
const bootstrapTimeoutMs = 30_000;

const config = actorsConfig(process.env, process.pid);
const log = createLog("actors", { level: config.logLevel });
const stopped = stopRequested();
let isUp = false;
void stopped.then(() => isUp || process.exit(0)); // whatever it waits for: nothing is under way yet
const keys = parseKeys(await readFile(config.keysFile, "utf8"));
const connection = await openConnection({
  url: config.natsUrl,
  name: config.hostName,
  streams: Object.values(streams).map((stream) => ({ ...stream, replicas: config.replicas })),
  replicas: config.replicas,
  log,
});
const tracer = await openTracer(config.traces, { clock: systemClock, random: systemRandom, log });
const telemetry = createTelemetry("weir-actors");
const metricsServer = openMetricsServer(config.metrics, processText(telemetry), { clock: systemClock, log });
const client = openClient(connection, { tracer });
const directoryBucket = await connection.bucket(buckets.directory);
const planBucket = await connection.bucket(buckets.plans);
const standing = new Standing(() => host?.refreshStanding());
const automaticPauses = telemetry.counter("weir_experiment_automatic_pauses_total", {
  description: "Experiments that Weir paused by itself, by environment and reason",
});
const host = await openHost({
  connection,
  name: config.hostName,
  leaseTtlMs: config.leaseTtlMs,
  log,
  telemetry,
  tracer,
  actors: [
    organisationBehaviour(documentPublisher(directoryBucket, (document) => (document as Directory).version)),
    environmentBehaviour({
      writer: connection.writer,
      publishPlan: planPublisher(planBucket, await connection.bucket(buckets.planParts)),
      keys,
    }),
    monitorBehaviour,
  ],
  folds: [
    observed(
      partitionFold((environment) => standing.partitionsOf(environment), partitionPast(connection.messaging)),
      telemetry,
      systemClock,
    ),
  ],
  services: [
    experimentCoordinator({
      messaging: connection.messaging,
      client,
      clock: systemClock,
      partitionsOf: (environment) => standing.partitionsOf(environment),
      log: (event, fields) => log.warn(event, fields),
      onPause: (environment, reason) => automaticPauses(1, { environment, reason }),
    }),
  ],
  standing: () => standing.addresses(),
});
isUp = true;
const stopFollowing = await standing.open(directoryBucket, planBucket);
if (config.rootToken !== undefined) {
  const address = { kind: kinds.organisation, key: organisationKey };
  const message = { type: "ensure_root", ...config.rootToken };
  const answer = await client.ask(address, message, { by: "start", timeoutMs: bootstrapTimeoutMs });
  if (!answer.ok) log.error("root_token_not_installed", { failure: answer.failure });
}
process.send?.({ type: "ready" });
log.info("ready", { host: config.hostName });

await stopped;
await stopFollowing();
await host.drain(drainMsMax);
await connection.drain();
await tracer.close();
await metricsServer.close();
process.exit(0); // timers of a vendor library may linger; everything of ours is closed
