import { hash } from "node:crypto";
import { fail, succeed } from "../protocols/errors.ts";
import { browserScopes, type Scope } from "../protocols/directory.ts";
import type { Answer as Outcome, Failure } from "../protocols/failures.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Route } from "../protocols/routes.ts";
import type { Clock as SystemClock } from "../runtime/index.ts";
import type { DirectoryView, Principal } from "./directory.ts";
import { queryValue, type RequestHead } from "./http.ts";
import { KnownCallers } from "./known-callers.ts";
import { isSameOrigin, openSession, sessionCookieOf } from "./session.ts";

// Who asks, and may they? Tokens are compared by their SHA-256 only. Their text goes no further than this file and the
// memory of those that were good (known-callers.ts).

/** Longer than any token of ours; hashing a megabyte of header would be work for a stranger. */
const tokenLengthMax = 512;

export const tokenHash = (text: string): string => hash("sha256", text, "hex");

export class Authenticator {
  readonly #directory: DirectoryView;
  readonly #sessionSecret: string;
  /** By `Authorization`. */
  readonly #bearers: KnownCallers;
  /** By `X-API-Key`. */
  readonly #apiKeys: KnownCallers;

  constructor(directory: DirectoryView, sessionSecret: string) {
    this.#directory = directory;
    this.#bearers = new KnownCallers(directory);
    this.#apiKeys = new KnownCallers(directory);
    this.#sessionSecret = sessionSecret;
  }

  /** The token or session of a request, whatever it may do. */
  identify(head: RequestHead, clock: Clock): Outcome<Principal> {
    const authorization = head.header("authorization");
    if (authorization !== "") return this.#byHeader(this.#bearers, authorization, bearerOf, clock);
    const apiKey = head.header("x-api-key");
    if (apiKey !== "") return this.#byHeader(this.#apiKeys, apiKey, textOf, clock);
    const cookie = sessionCookieOf(head);
    if (cookie === undefined) return fail({ code: "unauthenticated", reason: "missing" });
    const session = openSession(cookie, this.#sessionSecret, clock.now());
    if (session === undefined) return fail({ code: "unauthenticated", reason: "expired" });
    if (head.method !== "GET" && head.method !== "HEAD" && !isSameOrigin(head))
      return fail({ code: "origin_refused", origin: head.header("origin").slice(0, 200) });
    return this.#byHash(session.tokenHash, clock);
  }

  byText(text: string, clock: Clock): Outcome<Principal> {
    return this.#byHash(text.length > tokenLengthMax ? "" : tokenHash(text), clock);
  }

  #byHeader(
    known: KnownCallers,
    header: string,
    tokenOf: (header: string) => string,
    clock: Clock,
  ): Outcome<Principal> {
    const kept = known.get(header);
    if (kept !== undefined) return unexpired(kept, clock);
    const found = this.byText(tokenOf(header), clock);
    if (found.ok) known.keep(header, found.value);
    return found;
  }

  #byHash(hashed: string, clock: Clock): Outcome<Principal> {
    const principal = this.#directory.principal(hashed);
    return principal === undefined
      ? fail({ code: "unauthenticated", reason: "unknown" })
      : unexpired(principal, clock);
  }
}

type Clock = Pick<SystemClock, "now">;

/** Most tokens have no end, and then nobody asks what time it is. */
const unexpired = (principal: Principal, clock: Clock): Outcome<Principal> =>
  principal.expiresAt === Number.POSITIVE_INFINITY || principal.expiresAt > clock.now()
    ? succeed(principal)
    : fail({ code: "unauthenticated", reason: "expired" });

/** Another scheme than Bearer is known to nobody. */
function bearerOf(authorization: string): string {
  const space = authorization.indexOf(" ");
  return authorization.slice(0, space).toLowerCase() === "bearer"
    ? authorization.slice(space + 1).trim()
    : "";
}

const textOf = (apiKey: string): string => apiKey;

/** Undefined when the route is open to this principal. */
export function refusalOf(principal: Principal, needed: Route["scope"]): Failure | undefined {
  switch (needed) {
    case "public":
    case "any":
      return undefined;
    case "server":
      if (principal.isBrowser) return { code: "forbidden", scope: "a server token" };
      return refusalOf(principal, "flags:evaluate");
    default:
      return mayUse(principal, needed) ? undefined : { code: "forbidden", scope: `the scope ${needed}` };
  }
}

/** A browser token holds two scopes at most, whatever its record says. */
const mayUse = (principal: Principal, scope: Scope): boolean =>
  principal.scopes.has(scope) && (!principal.isBrowser || browserScopes.includes(scope));

/** The environment a request is about: named, or the token's own. */
export function environmentOf(
  principal: Principal,
  directory: DirectoryView,
  named: string | undefined,
): Outcome<EnvironmentKey> {
  const wanted = named ?? principal.environment;
  if (wanted === undefined)
    return fail({
      code: "invalid_request",
      issues: [{ path: "env", message: "name the environment: ?env=" }],
    });
  if (principal.environment !== undefined && principal.environment !== wanted)
    return fail({ code: "forbidden", scope: `the environment ${wanted.slice(0, 100)}` });
  const record = directory.environment(wanted);
  return record === undefined
    ? fail({ code: "environment_not_found", environment: wanted.slice(0, 100) })
    : succeed(record.key);
}

export const namedEnvironment = (head: RequestHead): string | undefined => queryValue(head.query, "env");
