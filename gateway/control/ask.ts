import { fail, succeed, type Reply } from "../../protocols/errors.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { kinds, organisationKey } from "../../protocols/topology.ts";
import { soundTraceparent, type Address } from "../../runtime/index.ts";
import { environmentOf, namedEnvironment } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";

// What the control routes share: asking an actor, versions as ETags, pages.

/** Longer than a lease takes to move: an ask outlives the loss of its actor's host. */
const askMsMax = 10_000;

const idempotencyKey = /^[\x21-\x7e]{1,128}$/;

/**
 * Asks one actor on the caller's behalf. `Idempotency-Key` becomes the command's id, apart for each token. A request that
 * asks several times names the parts: otherwise the second would be taken for the first again.
 */
export async function ask<Value>(
  room: Room,
  call: Call,
  address: Address,
  message: unknown,
  part?: string | number,
): Promise<Outcome<Value>> {
  const link = room.link();
  if (link === undefined)
    return fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  const given = call.head.header("idempotency-key");
  if (given !== "" && !idempotencyKey.test(given)) {
    const message = "must be 1 to 128 printable characters";
    return fail({ code: "invalid_request", issues: [{ path: "Idempotency-Key", message }] });
  }
  const suffix = part === undefined ? "" : `:${part}`;
  const id = given === "" ? {} : { id: `${call.principal.prefix}:${given}${suffix}` };
  return link.client.ask<Value, Failure>(address, message, {
    by: call.principal.prefix,
    timeoutMs: askMsMax,
    trace: soundTraceparent(call.head.header("traceparent")),
    ...id,
  });
}

export const organisation: Address = { kind: kinds.organisation, key: organisationKey };
export const environmentActor = (environment: EnvironmentKey): Address => ({
  kind: kinds.environment,
  key: environment,
});

/** The environment of a control route: `?env=`, or the token's own. */
export const scopeOf = (room: Room, call: Call): Outcome<EnvironmentKey> =>
  environmentOf(call.principal, room.directory, namedEnvironment(call.head));

/** `If-Match: "3"` → 3; `*` and absent → any. */
export function expectedVersion(call: Call): Outcome<number | undefined> {
  const header = call.head.header("if-match").trim();
  if (header === "" || header === "*") return succeed(undefined);
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(header)?.[1];
  if (version !== undefined) return succeed(Number(version));
  return fail({
    code: "invalid_request",
    issues: [{ path: "If-Match", message: 'must be a version as in "3"' }],
  });
}

export const versionTag = (version: number): readonly [string, string] => ["etag", `"${version}"`];

/** An answer as JSON, or the failure as a problem. */
export function answer<Value>(
  call: Call,
  outcome: Reply<Value, { readonly code: string }>,
  show: (value: Value) => Answer = (value) => jsonAnswer(200, value),
): Answer {
  return outcome.ok ? show(outcome.value) : call.problem(outcome.failure);
}
