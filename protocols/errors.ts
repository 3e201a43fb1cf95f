// Failures of machinery: what the runtime may answer, whatever the message was about.
// The words of the domain join them in failures.ts; both together are the closed union `Failure`.

export type RuntimeFailure =
  /** The actor's queue is full; nothing was done. */
  | { code: "mailbox_full"; retryAfterMs: number }
  /** Nobody answered in time; the outcome is unknown. */
  | { code: "deadline_exceeded"; afterMs: number }
  /** No owner, no stream or no connection just now; nothing was done. */
  | { code: "unavailable"; reason: string; retryAfterMs: number }
  /** The message did not parse. */
  | { code: "invalid_message"; issues: readonly Issue[] }
  | { code: "unknown_kind"; kind: string }
  /** No actor of that kind can have this key. */
  | { code: "unknown_key"; kind: string; key: string }
  /** Written or sent by a newer version than the one that reads it; nothing was done. */
  | { code: "newer_version"; what: "message" | "journal"; found: number; supported: number }
  /** The actor failed too often and rests; nothing was done. */
  | { code: "actor_failed"; reason: string; retryAfterMs: number }
  /** JetStream refuses new data because the stream is full. */
  | { code: "stream_full"; stream: string; retryAfterMs: number }
  /** JetStream refuses new data for another reason: sealed, out of resources, not permitted. Nothing was stored. */
  | { code: "stream_refused"; stream: string; reason: string; retryAfterMs: number }
  /** A defect on our side; details are in the log under the correlation id. */
  | { code: "internal"; reference: string };

/** One thing that is wrong with an input: where (a path as in `rules[2].when.op`) and why. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What a request gets back: a value, or a failure as data. */
export type Reply<Value = unknown, Failed = RuntimeFailure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failed };

export const succeed = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });
export const fail = <Failed>(failure: Failed): { ok: false; failure: Failed } => ({
  ok: false,
  failure,
});

/** Structural subset of a zod error, so that this file depends on nothing. */
interface ZodLikeError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** zod's issues with their paths written as a person would: `rules[2].when.op`. */
export function issuesOf(error: ZodLikeError): Issue[] {
  return error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join("");
}
