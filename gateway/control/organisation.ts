import { createHmac, randomBytes } from "node:crypto";
import { EnvironmentChange, EnvironmentInput, TokenInput } from "../../protocols/organisation-messages.ts";
import type { EnvironmentRecord, TokenRecord } from "../../protocols/directory.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { canonicalJson } from "../../protocols/json.ts";
import { tokenHash } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { emptyAnswer, jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer, ask, environmentActor, organisation } from "./ask.ts";
import { pageOf } from "./page.ts";

/** Environments and tokens: asks of the organisation; lists come from the directory every gateway follows. */
export function listEnvironments(room: Room, call: Call): Answer {
  const all = room.directory.document?.environments ?? [];
  const own = call.principal.environment;
  return jsonAnswer(200, { items: own === undefined ? all : all.filter(({ key }) => key === own) });
}

export async function createEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  if (call.principal.environment !== undefined)
    return call.problem({ code: "forbidden", scope: "every environment: it is bound to one" });
  const environment = parseBody(EnvironmentInput, body);
  if (!environment.ok) return call.problem(environment.failure);
  const made = await ask<EnvironmentRecord>(room, call, organisation, {
    type: "create_environment",
    environment: environment.value,
  });
  if (!made.ok) return answer(call, made);
  // The organisation tells it too, but later: whoever gets this answer may edit in the environment at once.
  const { key, partitions } = made.value;
  const begun = await ask(room, call, environmentActor(key), { type: "begin", environment: key, partitions });
  if (!begun.ok) return answer(call, begun);
  await room.directory.until(() => room.directory.environment(key) !== undefined, room.clock);
  return jsonAnswer(201, made.value);
}

/** PATCH: settings that may change while an environment serves; what is left out stays. */
export async function changeEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  const environment = named(call);
  if (!environment.ok) return call.problem(environment.failure);
  const change = parseBody(EnvironmentChange, body);
  if (!change.ok) return call.problem(change.failure);
  const changed = await ask<EnvironmentRecord>(room, call, organisation, {
    type: "change_environment",
    environment: environment.value,
    change: change.value,
  });
  if (changed.ok) {
    const wanted = canonicalJson(changed.value);
    const isShown = (): boolean => canonicalJson(room.directory.environment(environment.value)) === wanted;
    await room.directory.until(isShown, room.clock);
  }
  return answer(call, changed);
}

export async function archiveEnvironment(room: Room, call: Call): Promise<Answer> {
  const environment = named(call);
  if (!environment.ok) return call.problem(environment.failure);
  const archived = await ask<EnvironmentRecord>(room, call, organisation, {
    type: "archive_environment",
    environment: environment.value,
  });
  if (archived.ok)
    await room.directory.until(() => room.directory.environment(environment.value) === undefined, room.clock);
  return answer(call, archived);
}

/** The environment in the path, if this caller may change it. */
function named(call: Call): Outcome<EnvironmentKey> {
  const environment = EnvironmentKey.safeParse(call.params[0]);
  if (!environment.success)
    return fail({ code: "environment_not_found", environment: (call.params[0] ?? "").slice(0, 100) });
  const own = call.principal.environment;
  return own !== undefined && own !== environment.data
    ? fail({ code: "forbidden", scope: `the environment ${environment.data}` })
    : succeed(environment.data);
}

const withoutHash = ({ hash: _hash, ...shown }: TokenRecord): Omit<TokenRecord, "hash"> => shown;

export function listTokens(room: Room, call: Call): Answer {
  const own = call.principal.environment;
  const visible = (room.directory.document?.tokens ?? [])
    .filter(({ environment }) => own === undefined || environment === own)
    .map(withoutHash)
    .sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  return answer(
    call,
    pageOf(call.head.query, visible, ({ prefix }) => prefix),
  );
}

/** Characters of the text that are stored, to recognise a token by. */
const prefixLength = 12;

/** The text is made here, shown once, and kept nowhere: only its hash goes on. */
export async function createToken(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(TokenInput, body);
  if (!input.ok) return call.problem(input.failure);
  const own = call.principal.environment;
  if (own !== undefined && input.value.environment !== own)
    return call.problem({ code: "forbidden", scope: "tokens of other environments" });
  const letter = input.value.kind === "browser" ? "b" : "s";
  const token = `weir_${letter}${tokenSecret(room, call)}`;
  const hash = tokenHash(token);
  const made = await ask<TokenRecord>(room, call, organisation, {
    type: "create_token",
    hash,
    prefix: token.slice(0, prefixLength),
    token: input.value,
  });
  if (made.ok) await room.directory.until(() => room.directory.principal(hash) !== undefined, room.clock);
  return answer(call, made, (record) =>
    jsonAnswer(201, { token, ...withoutHash(record) }, [["cache-control", "no-store"]]),
  );
}

/**
 * 32 characters that nobody can guess. A repeated `Idempotency-Key` must give the same text, because the organisation
 * answers the repetition with the first record.
 */
function tokenSecret(room: Room, call: Call): string {
  const key = call.head.header("idempotency-key");
  if (key === "") return randomBytes(24).toString("base64url"); // a secret: the one chance that is not handed in
  const command = `token:${call.principal.token.hash}:${key}`;
  return createHmac("sha256", room.secrets.session).update(command).digest("base64url").slice(0, 32);
}

export async function revokeToken(room: Room, call: Call): Promise<Answer> {
  const prefix = (call.params[0] ?? "").slice(0, 64);
  const own = call.principal.environment;
  const known = room.directory.document?.tokens.find((token) => token.prefix === prefix);
  if (own !== undefined && known?.environment !== own)
    return call.problem({ code: "token_not_found", prefix });
  const revoked = await ask(room, call, organisation, { type: "revoke_token", prefix });
  const isGone = (): boolean =>
    room.directory.document?.tokens.some((token) => token.prefix === prefix) !== true;
  if (revoked.ok) await room.directory.until(isGone, room.clock);
  return answer(call, revoked, () => emptyAnswer(204));
}
