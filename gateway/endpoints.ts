import type { EventType } from "../protocols/event.ts";
import type { routes } from "../protocols/routes.ts";
import type { Call, Room } from "./call.ts";
import { evictActor, listActors, replayActor, showActor } from "./control/actors.ts";
import { getBreakdown } from "./control/breakdown.ts";
import { experiments, flags, holdouts, layers, metrics, overrides, segments } from "./control/collections.ts";
import {
  countLetters,
  dropLetter,
  dropLetters,
  listLetters,
  retryDeadLetters,
  showLetter,
} from "./control/dead-letters.ts";
import { getOfExperiment } from "./control/depth.ts";
import { createEntity, getEntity, listEntities, putEntity, removeEntity } from "./control/entities.ts";
import { getHistory, restoreEntity } from "./control/history.ts";
import { getEventLineage, getMetricLineage } from "./control/lineage.ts";
import { getMetricSchema } from "./control/metric-schema.ts";
import { getHoldoutEffect } from "./control/holdout-effect.ts";
import {
  archiveEnvironment,
  changeEnvironment,
  createEnvironment,
  createToken,
  listEnvironments,
  listTokens,
  revokeToken,
} from "./control/organisation.ts";
import { createOverrides, putOverride, removeOverride } from "./control/overrides.ts";
import { cancelJob, getJob, postCalibration, postPower } from "./control/planning.ts";
import { getDeletion, listDeletions, postDeletion } from "./control/privacy.ts";
import {
  changeLifecycle,
  listVersions,
  publishEnvironment,
  publishFlag,
  rollbackEnvironment,
} from "./control/publishing.ts";
import { getPipeline } from "./control/pipeline.ts";
import { cancelRebuild, getRebuilding, rebuildExperiment } from "./control/rebuild.ts";
import { getReport } from "./control/reports.ts";
import { getResults, getSummary } from "./control/results.ts";
import { getRows } from "./control/rows.ts";
import { appendUnits, getUnits } from "./control/segment-units.ts";
import { signIn, signOut, whoAmI } from "./control/session.ts";
import { getTimeline } from "./control/timeline.ts";
import { postAssignment } from "./evaluate/assignments.ts";
import { postEvaluate } from "./evaluate/evaluate.ts";
import { postFlagsEvaluate } from "./evaluate/flags-evaluate.ts";
import type { Action, Answer } from "./http.ts";
import { postEvents } from "./ingest/routes.ts";
import { postOfrepFlags } from "./ofrep/bulk.ts";
import { postOfrepFlag } from "./ofrep/single.ts";
import { streamOfrep } from "./streams/ofrep-stream.ts";
import { resultStreams } from "./streams/result-stream.ts";
import { getConfig, streamPlans } from "./streams/plan-stream.ts";

export type RouteName = keyof typeof routes;

export type Endpoint =
  | {
      readonly kind: "body";
      readonly run: (room: Room, call: Call, body: string) => Answer | Promise<Answer>;
    }
  /** The body as it came, perhaps packed. */
  | {
      readonly kind: "bytes";
      readonly run: (room: Room, call: Call, body: Buffer) => Answer | Promise<Answer>;
    }
  | { readonly kind: "stream"; readonly open: (room: Room, call: Call) => Action };

/** Browsers of other origins may call these, with a token. */
export const crossOriginRoutes: ReadonlySet<RouteName> = new Set([
  "evaluate",
  "flagsEvaluate",
  "assignments",
  "ofrepFlag",
  "ofrepFlags",
  "ofrepStream",
  "events",
  "identify",
  "consent",
  "exposures",
  "exposuresShort",
  "outcomes",
  "metricsShort",
]);

/** What this process says of itself; gateway.ts makes them. */
export type SelfEndpoints = Record<"live" | "ready" | "metrics" | "openapi", () => Answer | Promise<Answer>>;

const body = (run: Extract<Endpoint, { kind: "body" }>["run"]): Endpoint => ({ kind: "body", run });
const events = (type?: EventType): Endpoint => ({ kind: "bytes", run: postEvents(type) });
const stream = (open: Extract<Endpoint, { kind: "stream" }>["open"]): Endpoint => ({ kind: "stream", open });

/** Who serves each route of the contract. A route without an endpoint does not compile. */
export function endpointsOf(self: SelfEndpoints): Record<RouteName, Endpoint> {
  return {
    live: body(self.live),
    ready: body(self.ready),
    metrics: body(self.metrics),
    openapi: body(self.openapi),
    signIn: body(signIn),
    session: body(whoAmI),
    signOut: body(signOut),
    evaluate: body(postEvaluate),
    flagsEvaluate: body(postFlagsEvaluate),
    assignments: body(postAssignment),
    ofrepFlag: body(postOfrepFlag),
    ofrepFlags: body(postOfrepFlags),
    ofrepStream: stream(streamOfrep),
    events: events(),
    identify: events("identify"),
    consent: events("consent"),
    exposures: events("exposure"),
    exposuresShort: events("exposure"),
    outcomes: events("metric"),
    metricsShort: events("metric"),
    config: body(getConfig),
    stream: stream(streamPlans),
    resultsStream: stream(resultStreams()),
    environments: body(listEnvironments),
    createEnvironment: body(createEnvironment),
    changeEnvironment: body(changeEnvironment),
    archiveEnvironment: body(archiveEnvironment),
    publishEnvironment: body(publishEnvironment),
    rollbackEnvironment: body(rollbackEnvironment),
    versions: body(listVersions),
    pipeline: body(getPipeline),
    tokens: body(listTokens),
    createToken: body(createToken),
    revokeToken: body(revokeToken),
    actors: body(listActors),
    actor: body(showActor),
    replayActor: body(replayActor),
    evictActor: body(evictActor),
    deadLetters: body(listLetters),
    deadLetterCounts: body(countLetters),
    retryDeadLetters: body(retryDeadLetters),
    dropDeadLetters: body(dropLetters),
    deadLetter: body(showLetter),
    dropDeadLetter: body(dropLetter),
    createDeletion: body(postDeletion),
    deletions: body(listDeletions),
    deletion: body(getDeletion),
    flags: body(listEntities(flags)),
    flag: body(getEntity(flags)),
    putFlag: body(putEntity(flags)),
    createFlag: body(createEntity(flags)),
    publishFlag: body(publishFlag),
    segments: body(listEntities(segments)),
    segment: body(getEntity(segments)),
    putSegment: body(putEntity(segments)),
    removeSegment: body(removeEntity(segments)),
    appendUnits: body(appendUnits),
    units: body(getUnits),
    history: body(getHistory),
    restoreEntity: body(restoreEntity),
    metricList: body(listEntities(metrics)),
    metric: body(getEntity(metrics)),
    putMetric: body(putEntity(metrics)),
    metricLineage: body(getMetricLineage),
    eventLineage: body(getEventLineage),
    metricSchema: body(getMetricSchema),
    experiments: body(listEntities(experiments)),
    experiment: body(getEntity(experiments)),
    createExperiment: body(createEntity(experiments)),
    putExperiment: body(putEntity(experiments)),
    rebuildExperiment: body(rebuildExperiment),
    rebuilding: body(getRebuilding),
    cancelRebuild: body(cancelRebuild),
    lifecycle: body(changeLifecycle),
    results: body(getResults),
    resultRows: body(getRows),
    interactions: body(getOfExperiment("interactions")),
    triggered: body(getOfExperiment("triggered")),
    holdoutEffect: body(getHoldoutEffect),
    resultSummary: body(getSummary),
    timeline: body(getTimeline),
    breakdown: body(getBreakdown),
    report: body(getReport),
    power: body(postPower),
    calibrate: body(postCalibration),
    job: body(getJob),
    cancelJob: body(cancelJob),
    layers: body(listEntities(layers)),
    layer: body(getEntity(layers)),
    createLayer: body(createEntity(layers)),
    putLayer: body(putEntity(layers)),
    removeLayer: body(removeEntity(layers)),
    holdouts: body(listEntities(holdouts)),
    holdout: body(getEntity(holdouts)),
    createHoldout: body(createEntity(holdouts)),
    putHoldout: body(putEntity(holdouts)),
    removeHoldout: body(removeEntity(holdouts)),
    overrides: body(listEntities(overrides)),
    override: body(getEntity(overrides)),
    createOverrides: body(createOverrides),
    putOverride: body(putOverride),
    removeOverride: body(removeOverride),
  };
}
