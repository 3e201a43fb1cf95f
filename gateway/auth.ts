import { hash } from "node:crypto";
import { fail, succeed } from "../protocols/errors.ts";
import { browserScopes, type Scope } from "../protocols/directory.ts";
import type { Answer as Outcome, Failure } from "../protocols/failures.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { Route } from "../protocols/routes.ts";
import type { DirectoryView, Principal } from "./directory.ts";
import { queryValue, type RequestHead } from "./http.ts";
import { isSameOrigin, openSession, sessionCookieOf } from "./session.ts";

// Who asks, and may they? Tokens are compared by their SHA-256 only, and their text goes no further than this file.
// Hashing one costs a twentieth of a quick request, so the hashes of known tokens are kept: 1 000 at most, about 200 kB.

/** Longer than any token of ours; hashing a megabyte of header would be work for a stranger. */
const tokenLengthMax = 512;
const keptHashesMax = 1_000;

export const tokenHash = (text: string): string => hash("sha256", text, "hex");

export class Authenticator {
  readonly #directory: DirectoryView;
  readonly #sessionSecret: string;
  /** Text of a token that somebody has → its hash. Strangers' inventions do not get in. */
  readonly #hashes = new Map<string, string>();

  constructor(directory: DirectoryView, sessionSecret: string) {
    this.#directory = directory;
    this.#sessionSecret = sessionSecret;
  }

  /** The token or session of a request, whatever it may do. */
  identify(head: RequestHead, now: number): Outcome<Principal> {
    const text = bearerOf(head);
    if (text !== undefined) return this.byText(text, now);
    const cookie = sessionCookieOf(head);
    if (cookie === undefined) return fail({ code: "unauthenticated", reason: "missing" });
    const session = openSession(cookie, this.#sessionSecret, now);
    if (session === undefined) return fail({ code: "unauthenticated", reason: "expired" });
    if (head.method !== "GET" && head.method !== "HEAD" && !isSameOrigin(head))
      return fail({ code: "origin_refused", origin: head.header("origin").slice(0, 200) });
    return this.#byHash(session.tokenHash, now);
  }

  byText(text: string, now: number): Outcome<Principal> {
    const kept = this.#hashes.get(text);
    if (kept !== undefined) return this.#byHash(kept, now);
    const hashed = text.length > tokenLengthMax ? "" : tokenHash(text);
    const found = this.#byHash(hashed, now);
    if (found.ok) this.#keep(text, hashed);
    return found;
  }

  #keep(text: string, hashed: string): void {
    if (this.#hashes.size >= keptHashesMax) this.#hashes.clear();
    this.#hashes.set(text, hashed);
  }

  #byHash(hashed: string, now: number): Outcome<Principal> {
    const principal = this.#directory.principal(hashed);
    if (principal === undefined) return fail({ code: "unauthenticated", reason: "unknown" });
    if (principal.expiresAt <= now) return fail({ code: "unauthenticated", reason: "expired" });
    return succeed(principal);
  }
}

function bearerOf(head: RequestHead): string | undefined {
  const authorization = head.header("authorization");
  if (authorization !== "") {
    const space = authorization.indexOf(" ");
    if (authorization.slice(0, space).toLowerCase() === "bearer")
      return authorization.slice(space + 1).trim();
    return ""; // another scheme: present, and known to nobody
  }
  const apiKey = head.header("x-api-key");
  return apiKey === "" ? undefined : apiKey;
}

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
