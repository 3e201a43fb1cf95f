import type { Issue, Reply, RuntimeFailure } from "./errors.ts";
import type { ExperimentStatus } from "./experiment.ts";

/** Everything that can go wrong in front of a user, by code. gateway/problem.ts maps codes to HTTP. */
export type Failure =
  | RuntimeFailure
  | { code: "malformed_json"; message: string }
  | { code: "invalid_request"; issues: readonly Issue[] }
  | { code: "body_too_large"; bytesMax: number }
  | { code: "unsupported_media_type"; contentType: string }
  | { code: "unsupported_encoding"; encoding: string }
  | { code: "unauthenticated"; reason: "missing" | "unknown" | "expired" }
  | { code: "forbidden"; scope: string }
  | { code: "origin_refused"; origin: string }
  | { code: "rate_limited"; retryAfterMs: number }
  | { code: "overloaded"; retryAfterMs: number }
  /** The environment holds more of a gateway's memory than its share while others need it. */
  | { code: "over_share"; environment: string; retryAfterMs: number }
  /** Only events that guardrails read are taken just now; those of the request that have an id were. */
  | { code: "shedding"; kept: number; retryAfterMs: number }
  | { code: "route_not_found"; path: string }
  | { code: "method_not_allowed"; allowed: readonly string[] }
  | { code: "environment_not_found"; environment: string }
  | { code: "flag_not_found"; flag: string }
  | { code: "segment_not_found"; segment: string }
  | { code: "experiment_not_found"; experiment: string }
  | { code: "metric_not_found"; metric: string }
  | { code: "token_not_found"; prefix: string }
  | { code: "layer_not_found"; layer: string }
  | { code: "holdout_not_found"; holdout: string }
  | { code: "override_not_found"; override: string }
  | { code: "upload_not_found"; upload: string }
  | { code: "letter_not_found"; letter: string }
  | { code: "deletion_not_found"; deletion: string }
  /** It has ended, or never was. */
  | { code: "job_not_found"; job: string }
  /** Whoever asked for it gave it up, or it took too long. */
  | { code: "cancelled" }
  /** Somebody else does this just now, and one at a time may. */
  | { code: "busy"; what: string; retryAfterMs: number }
  | { code: "version_not_found"; version: number; reason?: string }
  /** It was published under rules that have become stricter since: it cannot be compiled again. */
  | { code: "version_unreadable"; version: number; problems: readonly Issue[] }
  | { code: "already_exists"; what: string; key: string }
  | { code: "version_conflict"; expected: number; actual: number }
  | { code: "illegal_transition"; from: ExperimentStatus; action: string }
  | { code: "frozen"; what: string; reason: string }
  /** It cannot be removed: these need it. */
  | { code: "referenced"; what: string; key: string; by: readonly string[] }
  | { code: "too_large"; what: string; bytes: number; bytesMax: number }
  | { code: "too_many"; what: string; max: number }
  /** A piece of an upload is missing; the next one must begin at `count`. */
  | { code: "upload_gap"; upload: string; count: number }
  /** A publish was refused; every problem is listed. */
  | { code: "invalid_plan"; problems: readonly Issue[] }
  | { code: "nothing_published"; environment: string }
  | { code: "warehouse_unavailable"; reason: string; retryAfterMs: number };

export type FailureCode = Failure["code"];
export type Answer<Value = unknown> = Reply<Value, Failure>;
