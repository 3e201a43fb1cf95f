import type { Failure, FailureCode } from "../protocols/failures.ts";
import type { Answer } from "./http.ts";

// The only file that knows which failure is which HTTP status, and says it in RFC 9457's words.

export const statusOf: Record<FailureCode, number> = {
  malformed_json: 400,
  invalid_request: 400,
  invalid_message: 400,
  unknown_kind: 500,
  unknown_key: 404,
  newer_version: 503,
  actor_failed: 503,
  stream_refused: 503,
  internal: 500,
  mailbox_full: 503,
  deadline_exceeded: 504,
  unavailable: 503,
  stream_full: 503,
  body_too_large: 413,
  unsupported_media_type: 415,
  unsupported_encoding: 415,
  unauthenticated: 401,
  forbidden: 403,
  origin_refused: 403,
  rate_limited: 429,
  overloaded: 503,
  over_share: 429,
  shedding: 503,
  route_not_found: 404,
  method_not_allowed: 405,
  environment_not_found: 404,
  flag_not_found: 404,
  segment_not_found: 404,
  experiment_not_found: 404,
  metric_not_found: 404,
  token_not_found: 404,
  layer_not_found: 404,
  holdout_not_found: 404,
  override_not_found: 404,
  upload_not_found: 404,
  letter_not_found: 404,
  deletion_not_found: 404,
  job_not_found: 404,
  cancelled: 409,
  busy: 409,
  version_not_found: 404,
  version_unreadable: 422,
  already_exists: 409,
  version_conflict: 412,
  illegal_transition: 409,
  frozen: 409,
  referenced: 409,
  upload_gap: 409,
  too_large: 413,
  too_many: 409,
  invalid_plan: 422,
  nothing_published: 404,
  warehouse_unavailable: 503,
};

/** What a person reads; programs read `code` and the fields. */
function detailOf(failure: Failure): string {
  switch (failure.code) {
    case "malformed_json":
      return `The body is not JSON: ${failure.message}`;
    case "invalid_request":
    case "invalid_message":
      return issueText(failure.issues);
    case "invalid_plan":
      return `Nothing was published. ${issueText(failure.problems)}`;
    case "body_too_large":
      return `The body is larger than ${failure.bytesMax} bytes.`;
    case "unsupported_media_type":
      return `Send application/json, not "${failure.contentType}".`;
    case "unsupported_encoding":
      return `Send it as it is or with Content-Encoding: gzip, not "${failure.encoding}".`;
    case "unauthenticated":
      return unauthenticatedText[failure.reason];
    case "forbidden":
      return `The token lacks ${failure.scope}.`;
    case "origin_refused":
      return "A request with a session cookie must come from this site.";
    case "rate_limited":
      return "Too many requests; wait for the time in Retry-After.";
    case "overloaded":
      return "The service takes no more work just now; nothing was lost, send it again.";
    case "over_share":
      return `"${failure.environment}" has its share of this gateway's memory; nothing was lost, send it again.`;
    case "shedding":
      return `Only events that guardrails need are taken just now, ${failure.kept} of these; send all of them again, with the same ids.`;
    case "route_not_found":
      return `There is nothing at ${failure.path}.`;
    case "method_not_allowed":
      return `Allowed here: ${failure.allowed.join(", ")}.`;
    case "environment_not_found":
      return `There is no environment "${failure.environment}".`;
    case "flag_not_found":
      return `There is no flag "${failure.flag}".`;
    case "segment_not_found":
      return `There is no segment "${failure.segment}".`;
    case "experiment_not_found":
      return `There is no experiment "${failure.experiment}".`;
    case "metric_not_found":
      return `There is no metric "${failure.metric}".`;
    case "token_not_found":
      return `There is no token that begins with "${failure.prefix}".`;
    case "version_not_found":
      return failure.reason === undefined
        ? `There is no version ${failure.version}.`
        : `Version ${failure.version} cannot be had: ${failure.reason}.`;
    case "version_unreadable":
      return `Version ${failure.version} cannot be compiled any more. ${issueText(failure.problems)}`;
    case "layer_not_found":
      return `There is no layer "${failure.layer}".`;
    case "holdout_not_found":
      return `There is no holdout "${failure.holdout}".`;
    case "override_not_found":
      return `There is no override "${failure.override}".`;
    case "upload_not_found":
      return `There is no upload "${failure.upload}" for this list.`;
    case "letter_not_found":
      return `There is no letter "${failure.letter}" that you may see.`;
    case "deletion_not_found":
      return `There is no deletion "${failure.deletion}" that you may see.`;
    case "job_not_found":
      return `Nothing is under way as "${failure.job}".`;
    case "cancelled":
      return "It was given up before it was done.";
    case "busy":
      return `Somebody else works on the ${failure.what} just now.`;
    case "referenced":
      return `The ${failure.what} "${failure.key}" is needed by ${failure.by.join(", ")}.`;
    case "upload_gap":
      return `Upload "${failure.upload}" holds ${failure.count} units; the next piece must begin there.`;
    case "too_large":
      return `"${failure.what}" is ${failure.bytes} bytes; at most ${failure.bytesMax} can be taken.`;
    case "too_many":
      return `No more than ${failure.max} ${failure.what} at once.`;
    case "already_exists":
      return `The ${failure.what} "${failure.key}" exists already.`;
    case "version_conflict":
      return `You saw version ${failure.expected}, but it is ${failure.actual} now.`;
    case "illegal_transition":
      return `An experiment that is ${failure.from} cannot ${failure.action}.`;
    case "frozen":
      return `The ${failure.what} cannot change: ${failure.reason}.`;
    case "nothing_published":
      return `Nothing is published in "${failure.environment}" yet.`;
    case "warehouse_unavailable":
    case "unavailable":
      return `A part does not answer just now: ${failure.reason}.`;
    case "mailbox_full":
      return "Too many requests wait for this entity; nothing was done.";
    case "deadline_exceeded":
      return `No answer within ${failure.afterMs} ms; whether it was done is not known.`;
    case "stream_full":
      return `The stream ${failure.stream} is full; nothing was stored.`;
    case "stream_refused":
      return `The stream ${failure.stream} takes no data: ${failure.reason}. Nothing was stored.`;
    case "unknown_key":
      return `There is no ${failure.kind} "${failure.key}".`;
    case "newer_version":
      return `A ${failure.what} of version ${failure.found} met a process that knows ${failure.supported}.`;
    case "actor_failed":
      return `This entity failed too often and rests for a while: ${failure.reason}.`;
    case "unknown_kind":
      return `Nobody serves ${failure.kind}.`;
    case "internal":
      return `A defect of ours; its log entry is ${failure.reference}.`;
  }
}

const unauthenticatedText = {
  missing: "Send a token: Authorization: Bearer <token>.",
  unknown: "The token is not known.",
  expired: "The token has expired.",
} as const;

const issueText = (issues: readonly { readonly path: string; readonly message: string }[]): string =>
  issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");

const titleOf = (code: FailureCode): string => code[0]?.toUpperCase() + code.slice(1).replaceAll("_", " ");

/** Codes may come from other processes; one we do not know is a defect between versions, not a crash. */
const known = (failure: { readonly code: string }): failure is Failure =>
  Object.hasOwn(statusOf, failure.code);

export interface ProblemPlace {
  readonly correlationId: string;
  readonly instance?: string;
}

/** A failure as `application/problem+json`, with the headers that belong to it. */
export function problemAnswer(given: { readonly code: string }, place: ProblemPlace): Answer {
  const failure: Failure = known(given)
    ? given
    : { code: "internal", reference: `unknown code ${given.code}` };
  const status = statusOf[failure.code];
  const { code, ...fields } = failure;
  const body = JSON.stringify({
    type: `urn:weir:problem:${code}`,
    title: titleOf(code),
    status,
    code,
    detail: detailOf(failure),
    ...place,
    ...fields,
  });
  return { status, headers: [["content-type", "application/problem+json"], ...headersOf(failure)], body };
}

function headersOf(failure: Failure): [string, string][] {
  const headers: [string, string][] = [];
  if (failure.code === "unauthenticated") headers.push(["www-authenticate", 'Bearer realm="weir"']);
  if (failure.code === "method_not_allowed") headers.push(["allow", failure.allowed.join(", ")]);
  if (failure.code === "unsupported_encoding") headers.push(["accept-encoding", "gzip"]);
  if ("retryAfterMs" in failure)
    headers.push(["retry-after", String(Math.max(1, Math.ceil(failure.retryAfterMs / 1_000)))]);
  return headers;
}
