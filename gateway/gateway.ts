import { createHmac } from "node:crypto";
import { join } from "node:path";
import { assignmentDaysDefault, assignmentDaysMax } from "../protocols/directory.ts";
import { fail, succeed, type Reply } from "../protocols/errors.ts";
import { buckets } from "../protocols/topology.ts";
import type { Keys } from "../evaluation/keys.ts";
import {
  createTelemetry,
  processText,
  type Clock,
  type KeyValue,
  type Log,
  type Random,
  type Telemetry,
  type Tracer,
} from "../runtime/index.ts";
import { Assignments } from "./assignments/assignments.ts";
import { BucketStore } from "./assignments/bucket-store.ts";
import { RedisStore } from "./assignments/redis-store.ts";
import { Authenticator } from "./auth.ts";
import type { Link, Room, Secrets } from "./call.ts";
import type { GatewayConfig } from "./config.ts";
import { CallerLimits } from "./caller-limits.ts";
import { ConsoleFiles } from "./console-files.ts";
import { Counts, countsExporter } from "./counts.ts";
import { DecisionLog } from "./decisions/decision-log.ts";
import { DirectoryView } from "./directory.ts";
import { endpointsOf } from "./endpoints.ts";
import { EarlierPlans } from "./evaluate/earlier-plans.ts";
import { FrontDoor } from "./front-door.ts";
import { jsonAnswer, type Answer } from "./http.ts";
import type { Append } from "./ingest/batcher.ts";
import { Consents } from "./ingest/consents.ts";
import { Identities } from "./ingest/identities.ts";
import { Ingest } from "./ingest/ingest.ts";
import { lettersExporter } from "./letters/letter-watch.ts";
import { LastGood } from "./last-good.ts";
import { assignmentBucket, LogLink } from "./link.ts";
import { openapiDocument } from "./openapi.ts";
import { PlanHints } from "./ofrep/hint.ts";
import { PlanChecker } from "./plan-check/checker.ts";
import { Plans } from "./plans.ts";
import { Deletions } from "./privacy/deletions.ts";
import { Tombstones } from "./privacy/tombstones.ts";
import { Readiness } from "./probes.ts";
import { RequestIds } from "./request-id.ts";
import { openServer } from "./server.ts";
import { RefetchNotices } from "./streams/refetch-notices.ts";
import { SseHub } from "./streams/sse.ts";

// One gateway, put together: what it has from disk, the link to the log, and the server in front of both.

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tracer?: Tracer;
}

export interface Gateway {
  readonly port: number;
  /** Resolves when the log was reached for the first time, and its plans and directory were read. */
  readonly linked: Promise<void>;
  /** Bounded by five seconds. Idempotent. */
  close(): Promise<void>;
}

const bodyMsMax = 30_000;
const finishMsMax = 2_500;
const flushMsMax = 1_000;
const closeMsMax = 4_700;

export async function openGateway(
  options: GatewayOptions,
): Promise<Reply<Gateway, { code: "port_taken"; host: string; port: number }>> {
  const { config, keys, clock, random, log, tracer } = options;
  const secrets = secretsOf(keys);
  const counts = new Counts();
  const directory = new DirectoryView();
  const lastGood = new LastGood(join(config.dataDir, "gateway"), log);
  const plans = new Plans({ checker: new PlanChecker(keys.hmacSecret, clock), lastGood, log, clock });
  directory.accept(await lastGood.directory());
  for (const text of await lastGood.plans()) await plans.accept(text, { stale: true });

  const tombstones = new Tombstones(secrets.tombstones, log);
  const consents = new Consents({
    environmentOf: (environment) => directory.environment(environment),
    isDeleted: (environment, unit) => tombstones.has(environment, unit),
    clock,
    random,
    log,
  });
  const denies = consents.denies.bind(consents);
  const store =
    config.redisUrl === undefined
      ? new BucketStore(() => assignmentsOf(link.current), clock)
      : new RedisStore(config.redisUrl, log);
  const deletions = new Deletions({
    link: () => link.current,
    planOf: (environment) => plans.get(environment),
    assignments: store,
    tombstones,
    clock,
    random,
    log,
  });
  const link: LogLink = new LogLink({
    natsUrl: config.natsUrl,
    replicas: config.replicas,
    clock,
    random,
    log,
    tracer,
    directory,
    plans,
    lastGood,
    consents,
    deletions,
  });
  const requestIds = new RequestIds(random);
  const append: Append = async (subject, data, appendOptions) =>
    (await link.current?.connection.writer.append(subject, data, appendOptions)) ?? notConnected;
  const decisions = new DecisionLog({
    append,
    clock,
    random,
    counts,
    denies,
    modeOf: (environment) => directory.environment(environment)?.decisionLog,
  });
  const assignments = new Assignments({
    store,
    clock,
    counts,
    denies,
    daysOf: (environment) =>
      Math.min(
        assignmentDaysMax,
        directory.environment(environment)?.assignmentDays ?? assignmentDaysDefault,
      ),
  });
  const ingest = new Ingest({
    append,
    clock,
    random,
    log,
    counts: counts.ingest,
    consents,
    identities: new Identities(() => bucketOf(link.current, buckets.identities)),
    exposureSecret: secrets.exposure,
    makeId: () => requestIds.next(),
  });
  const sse = new SseHub(counts, clock, random);
  const auth = new Authenticator(directory, secrets.session);
  const limits = new CallerLimits({
    perMinute: config.rateLimitPerMinute,
    redisUrl: config.redisUrl,
    clock,
    log,
  });
  const room: Room = {
    config,
    clock,
    random,
    log,
    secrets,
    directory,
    auth,
    plans,
    requestIds,
    counts,
    limits,
    ingest,
    consents,
    sse,
    refetch: new RefetchNotices({ plans, clock, random }),
    decisions,
    assignments,
    deletions,
    earlier: new EarlierPlans(),
    hints: new PlanHints(plans, clock),
    link: () => link.current,
  };

  const telemetry = createTelemetry("weir-gateway");
  const endpoints = endpointsOf(selfEndpoints(room, telemetry));
  const door = new FrontDoor(room, endpoints, new ConsoleFiles(config.consoleDir));
  const serving = {
    host: config.host,
    port: config.port,
    exclusive: !config.sharePort,
    bodyBytesMax: config.bodyBytesMax,
    bodyMsMax,
  };
  const server = await openServer(serving, door, clock);
  if (!server.ok) {
    await telemetry.close();
    return fail(server.failure);
  }
  const linked = link.open();
  void sse.run();
  const closed = once(async () => {
    sse.close();
    await server.value.close(finishMsMax);
    await within(flushMsMax, Promise.all([ingest.flush(), decisions.flush()]), clock);
    await assignments.close();
    limits.close();
    plans.close();
    await link.close();
    await lastGood.settled();
    await telemetry.close();
  });
  return succeed({
    port: server.value.port,
    linked,
    close: () => within(closeMsMax, closed(), clock),
  });
}

const notConnected = { kind: "unavailable", reason: "no connection to the log yet" } as const;

/** Each purpose has a key of its own, so that a signature made for one proves nothing to another. */
function secretsOf(keys: Keys): Secrets {
  const session = createHmac("sha256", keys.hmacSecret).update("weir:session").digest("base64url");
  const stream = createHmac("sha256", keys.hmacSecret).update("weir:ofrep-stream").digest("base64url");
  const tombstones = createHmac("sha256", keys.hmacSecret).update("weir:tombstones").digest("base64url");
  return { session, exposure: keys.exposureSecret.toString("base64url"), stream, tombstones };
}

function selfEndpoints(room: Room, telemetry: Telemetry): Parameters<typeof endpointsOf>[0] {
  const readiness = new Readiness(room);
  const exportCounts = countsExporter(telemetry, room.counts, () => ({
    sseClients: room.sse.size,
    inFlightBytes: room.ingest.heldBytes,
    denialsLeftOut: room.consents.denialsLeftOut,
    planVersions: [...room.plans.all()].map(({ environment, version }) => ({ environment, version })),
  }));
  const exportLetters = lettersExporter(telemetry);
  const text = processText(telemetry);
  let document: string | undefined;
  return {
    live: () => jsonAnswer(200, { live: true }),
    ready: () => readiness.answer(),
    openapi: () => ({
      status: 200,
      headers: [
        ["content-type", "application/json; charset=utf-8"],
        ["cache-control", "no-cache"],
      ],
      body: (document ??= JSON.stringify(openapiDocument())),
    }),
    metrics: async (): Promise<Answer> => {
      exportCounts();
      await exportLetters(room.link()?.connection);
      const body = await text();
      return { status: 200, headers: [["content-type", "text/plain; version=0.0.4; charset=utf-8"]], body };
    },
  };
}

/** Waits for it, but no longer; no timer is left behind, which would keep the process alive. */
async function within(msMax: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(msMax, done.signal)]);
  done.abort();
}

function bucketOf(link: Link | undefined, name: string): Promise<KeyValue> {
  if (link === undefined) return Promise.reject(new Error("no connection to the log yet"));
  return link.connection.bucket(name);
}

function assignmentsOf(link: Link | undefined): Promise<KeyValue> {
  if (link === undefined) return Promise.reject(new Error("no connection to the log yet"));
  return assignmentBucket(link.connection);
}

function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= act());
}
