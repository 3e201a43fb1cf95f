import type { Scope } from "./directory.ts";

// The HTTP contract as data: the gateway registers these, the documentation lists them.
// Environment of a control route: query `?env=`; optional when the token belongs to one environment.

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `:name` is one path segment (percent-encoded). */
  readonly path: string;
  /** Needed of the token; "public" needs none, "any" any valid token, "server" any but a browser's. */
  readonly scope: Scope | "public" | "any" | "server";
  readonly summary: string;
}

const route = (method: Route["method"], path: string, scope: Route["scope"], summary: string): Route => ({
  method,
  path,
  scope,
  summary,
});

export const routes = {
  live: route("GET", "/live", "public", "The process runs"),
  ready: route(
    "GET",
    "/ready",
    "public",
    "Every part works: {ready, parts: [{name, ready, detail?}]}, 200 or 503",
  ),
  metrics: route("GET", "/metrics", "public", "Prometheus text"),
  openapi: route("GET", "/openapi.json", "public", "OpenAPI 3.1 document"),

  signIn: route(
    "POST",
    "/v1/session",
    "public",
    "{token} → HttpOnly cookie `weir_session`; answers {name, scopes, environment?, expiresAt}",
  ),
  session: route("GET", "/v1/session", "any", "Who am I"),
  signOut: route("DELETE", "/v1/session", "any", "Clears the cookie"),

  evaluate: route(
    "POST",
    "/evaluate",
    "flags:evaluate",
    "EvaluateRequest → Decision, with `trace` when `explain`; ?version= or ?at= decide by an earlier plan, without effect",
  ),
  flagsEvaluate: route(
    "POST",
    "/v1/flags/evaluate",
    "flags:evaluate",
    "FlagsEvaluateRequest → {variant, payload, rule, killSwitch}; explain, ?version= and ?at= as above",
  ),
  assignments: route(
    "POST",
    "/v1/assignments",
    "flags:evaluate",
    "AssignmentRequest → {experimentId, variant, reasons, hashKey, exposureToken}",
  ),
  ofrepFlag: route("POST", "/ofrep/v1/evaluate/flags/:key", "flags:evaluate", "OFREP single evaluation"),
  ofrepFlags: route(
    "POST",
    "/ofrep/v1/evaluate/flags",
    "flags:evaluate",
    "OFREP bulk evaluation, ETag over plan and context; ?flagConfigEtag= ?flagConfigLastModified=",
  ),
  ofrepStream: route(
    "GET",
    "/ofrep/v1/stream",
    "public",
    "OFREP event stream (SSE): refetchEvaluation, spread over clients; ?token= from a bulk answer",
  ),

  events: route(
    "POST",
    "/v1/events",
    "ingestion:write",
    "Events of any type, each naming its own: one, an array, a JSON value a line, or {events, sentAt?}; gzip → IngestReceipt",
  ),
  identify: route(
    "POST",
    "/v1/identify",
    "ingestion:write",
    "IdentifyInput, as /v1/events: a unit is linked once, to one that is not linked itself",
  ),
  consent: route("POST", "/v1/consent", "ingestion:write", "ConsentInput, as /v1/events"),
  exposures: route(
    "POST",
    "/v1/exposures",
    "ingestion:write",
    "ExposureInput, an array of them, or {events: […]} → IngestReceipt",
  ),
  exposuresShort: route("POST", "/events/exposure", "ingestion:write", "As /v1/exposures"),
  outcomes: route(
    "POST",
    "/v1/events/outcome",
    "ingestion:write",
    "OutcomeInput, an array of them, or {events: […]} → IngestReceipt",
  ),
  metricsShort: route("POST", "/events/metrics", "ingestion:write", "As /v1/events/outcome"),

  config: route("GET", "/configs/:env", "server", "SignedPlan, ETag, max-age; scope flags:evaluate"),
  stream: route(
    "GET",
    "/stream/:env",
    "server",
    "SSE: put (SignedPlan), heartbeat; id = version; scope flags:evaluate",
  ),
  resultsStream: route(
    "GET",
    "/stream/results/:key",
    "experiments:read",
    "SSE: result (ExperimentResult), heartbeat; id = revision",
  ),

  environments: route("GET", "/v1/environments", "any", "{items: EnvironmentRecord[]}"),
  createEnvironment: route("POST", "/v1/environments", "admin", "EnvironmentInput → EnvironmentRecord"),
  changeEnvironment: route(
    "PATCH",
    "/v1/environments/:key",
    "admin",
    "EnvironmentChange → EnvironmentRecord: decisionLog sync|async|disabled, assignmentDays, name, production",
  ),
  archiveEnvironment: route("DELETE", "/v1/environments/:key", "admin", "Archives"),
  publishEnvironment: route(
    "POST",
    "/v1/environments/:key/publish",
    "experiments:write",
    "{note?, dryRun?} → PublishReceipt with blast radius, or PublishPreview; If-Match = the environment's version",
  ),
  rollbackEnvironment: route(
    "POST",
    "/v1/environments/:key/rollback",
    "experiments:write",
    "{version, dryRun?} → PublishReceipt, or PublishPreview; If-Match",
  ),
  versions: route(
    "GET",
    "/v1/environments/:key/versions",
    "experiments:read",
    "{items: PublishedVersion[], next?}; ?cursor= ?limit=",
  ),
  pipeline: route("GET", "/v1/environments/:key/pipeline", "experiments:read", "PipelinePosition"),

  tokens: route("GET", "/v1/tokens", "admin", "{items: TokenRecord without hash}"),
  createToken: route(
    "POST",
    "/v1/tokens",
    "admin",
    "TokenInput → {token, …TokenRecord without hash}; the text is shown once",
  ),
  revokeToken: route("DELETE", "/v1/tokens/:prefix", "admin", "Revokes"),

  actors: route(
    "GET",
    "/v1/actors",
    "admin",
    "ActorList: live actors of all hosts; ?kind= ?status= ?prefix= ?host= ?cursor= ?limit=; a token of all environments",
  ),
  actor: route("GET", "/v1/actors/:kind/:key", "admin", "ActorDetail, awake or asleep"),
  replayActor: route(
    "POST",
    "/v1/actors/:kind/:key/replay",
    "admin",
    "{to?} → ReplayReport: the state made again from the journal, compared",
  ),
  evictActor: route(
    "POST",
    "/v1/actors/:kind/:key/evict",
    "admin",
    "{evicted}: puts it to sleep; the next ask wakes it anew",
  ),

  deadLetters: route(
    "GET",
    "/v1/dead-letters",
    "admin",
    "LetterPage, newest first: ?env= ?kind=event|message|command|effect|gap ?code= ?from= ?cursor= ?limit=",
  ),
  deadLetterCounts: route(
    "GET",
    "/v1/dead-letters/counts",
    "admin",
    "LetterCounts; ?env= ?kind= ?code= ?from=",
  ),
  retryDeadLetters: route(
    "POST",
    "/v1/dead-letters/retry",
    "admin",
    "RetryInput → RetryReceipt: events through the door again under their ids, messages told again; ?env=",
  ),
  dropDeadLetters: route("POST", "/v1/dead-letters/drop", "admin", "DropInput → DropReceipt; ?env="),
  deadLetter: route("GET", "/v1/dead-letters/:id", "admin", "LetterDetail"),
  dropDeadLetter: route("DELETE", "/v1/dead-letters/:id", "admin", "DropReceipt"),

  createDeletion: route(
    "POST",
    "/v1/privacy/deletions",
    "admin",
    "DeletionInput → 202 DeletionReceipt: forgets units, and all that are linked to them, in every store; ?env=",
  ),
  deletions: route(
    "GET",
    "/v1/privacy/deletions",
    "admin",
    "{items: DeletionReceipt[]}, newest first; ?env=",
  ),
  deletion: route(
    "GET",
    "/v1/privacy/deletions/:id",
    "admin",
    "DeletionReceipt: of each store, what it still has; ?env=",
  ),

  flags: route("GET", "/v1/flags", "experiments:read", "{items: Versioned<Flag>[], next?}; ?cursor= ?limit="),
  flag: route("GET", "/v1/flags/:key", "experiments:read", "Versioned<Flag>; ETag = version"),
  putFlag: route(
    "PUT",
    "/v1/flags/:key",
    "experiments:write",
    "Flag (key from the path) → Versioned<Flag>; If-Match",
  ),
  createFlag: route("POST", "/v1/flags", "experiments:write", "Flag → Versioned<Flag>; 409 when it exists"),
  publishFlag: route(
    "POST",
    "/v1/flags/:key/publish",
    "experiments:write",
    "{note?, dryRun?} → PublishReceipt with blast radius, or PublishPreview; If-Match",
  ),
  segments: route("GET", "/v1/segments", "experiments:read", "{items: SegmentView[], next?}"),
  segment: route("GET", "/v1/segments/:key", "experiments:read", "SegmentView; ETag = version"),
  removeSegment: route("DELETE", "/v1/segments/:key", "experiments:write", "If-Match; 409 when it is needed"),
  putSegment: route(
    "PUT",
    "/v1/segments/:key",
    "experiments:write",
    'SegmentInput → SegmentView; If-Match. A list is its units, {upload}, "kept" or "none"',
  ),
  appendUnits: route(
    "POST",
    "/v1/segments/:key/units",
    "experiments:write",
    "Piece of a long list → UploadReceipt {upload, count}: plain lines, JSON lines or a JSON array; ?upload= ?list=included|excluded ?from=count of the receipt before ?as=keys|unitIds ?unitType=",
  ),
  units: route(
    "GET",
    "/v1/segments/:key/units",
    "experiments:read",
    "{total, items: UnitId[], next?}; ?list=included|excluded ?cursor= ?limit=",
  ),
  history: route(
    "GET",
    "/v1/history",
    "experiments:read",
    "?entity=flags/checkout: {items: Revision[], next?}; without it the environment's versions, each with `changed`; newest first; ?cursor= ?limit=",
  ),
  restoreEntity: route(
    "POST",
    "/v1/history/restore",
    "experiments:write",
    "{entity, version} → as PUT of the entity: what it was is its draft again, an override is published at once; If-Match",
  ),
  metricList: route("GET", "/v1/metrics", "metrics:read", "{items: Versioned<Metric>[]}"),
  putMetric: route("PUT", "/v1/metrics/:key", "metrics:write", "Metric → Versioned<Metric>; If-Match"),
  experiments: route(
    "GET",
    "/v1/experiments",
    "experiments:read",
    "{items: Versioned<PublishedExperiment>[], next?}",
  ),
  experiment: route("GET", "/v1/experiments/:key", "experiments:read", "Versioned<PublishedExperiment>"),
  createExperiment: route(
    "POST",
    "/v1/experiments",
    "experiments:write",
    "Experiment → Versioned<…>; 409 when it exists",
  ),
  putExperiment: route(
    "PUT",
    "/v1/experiments/:key",
    "experiments:write",
    "Experiment → Versioned<…>; If-Match",
  ),
  rebuildExperiment: route(
    "POST",
    "/v1/experiments/:key/rebuild",
    "admin",
    "RebuildInput → RebuildReport: counted anew from the log's beginning, or from ClickHouse, compared, and put in place of the live sums",
  ),
  rebuilding: route(
    "GET",
    "/v1/experiments/:key/rebuild",
    "admin",
    "RebuildProgress of a partition that is counted anew; ?env= ?partition=",
  ),
  cancelRebuild: route(
    "DELETE",
    "/v1/experiments/:key/rebuild",
    "admin",
    "Gives it up, and nothing is replaced; RebuildProgress; ?env= ?partition=",
  ),
  lifecycle: route(
    "POST",
    "/v1/experiments/:key/:action",
    "experiments:write",
    "start, pause, resume, stop, archive, new-phase, publish → PublishReceipt",
  ),
  results: route(
    "GET",
    "/v1/experiments/:key/results",
    "reports:read",
    "ExperimentResult; ?source=streaming|warehouse",
  ),

  layers: route("GET", "/v1/layers", "experiments:read", "{items: Versioned<PublishedLayer>[], next?}"),
  layer: route("GET", "/v1/layers/:key", "experiments:read", "Versioned<PublishedLayer>; ETag = version"),
  createLayer: route("POST", "/v1/layers", "experiments:write", "Layer → Versioned<…>; 409 when it exists"),
  putLayer: route("PUT", "/v1/layers/:key", "experiments:write", "Layer → Versioned<…>; If-Match"),
  removeLayer: route("DELETE", "/v1/layers/:key", "experiments:write", "If-Match; 409 when it is needed"),
  holdouts: route("GET", "/v1/holdouts", "experiments:read", "{items: Versioned<Holdout>[], next?}"),
  holdout: route("GET", "/v1/holdouts/:key", "experiments:read", "Versioned<Holdout>; ETag = version"),
  createHoldout: route(
    "POST",
    "/v1/holdouts",
    "experiments:write",
    "Holdout → Versioned<…>; 409 when it exists",
  ),
  putHoldout: route("PUT", "/v1/holdouts/:key", "experiments:write", "Holdout → Versioned<…>; If-Match"),
  removeHoldout: route("DELETE", "/v1/holdouts/:key", "experiments:write", "If-Match"),
  overrides: route("GET", "/v1/overrides", "experiments:read", "{items: Versioned<Override>[], next?}"),
  override: route("GET", "/v1/overrides/:key", "experiments:read", "Versioned<Override>; ETag = version"),
  createOverrides: route(
    "POST",
    "/v1/overrides",
    "experiments:write",
    "OverrideInput (must not exist), or {overrides: […]} → OverrideReceipt: published at once",
  ),
  putOverride: route(
    "PUT",
    "/v1/overrides/:key",
    "experiments:write",
    "OverrideInput → OverrideReceipt: published at once; If-Match",
  ),
  removeOverride: route("DELETE", "/v1/overrides/:key", "experiments:write", "OverrideReceipt; If-Match"),
} as const satisfies Record<string, Route>;
