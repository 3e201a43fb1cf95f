import { z } from "zod";
import type { Call, Room } from "../call.ts";
import { emptyAnswer, jsonAnswer, type Answer } from "../http.ts";
import type { Principal } from "../directory.ts";
import { parseBody } from "../json-body.ts";
import {
  isSameOrigin,
  openSession,
  sealSession,
  sessionCookieOf,
  sessionMsMax,
  setCookie,
} from "../session.ts";

export const SignIn = z.strictObject({ token: z.string().min(1).max(512) });

/** `POST /v1/session`: a token becomes a cookie that scripts cannot read. */
export function signIn(room: Room, call: Call, body: string): Answer {
  // A browser names its origin: another site must not sign somebody in to an account of its choice.
  if (call.head.header("origin") !== "" && !isSameOrigin(call.head))
    return call.problem({ code: "origin_refused", origin: call.head.header("origin").slice(0, 200) });
  const input = parseBody(SignIn, body);
  if (!input.ok) return call.problem(input.failure);
  const now = room.clock.now();
  const principal = room.auth.byText(input.value.token, room.clock);
  if (!principal.ok) return call.problem(principal.failure);
  if (principal.value.isBrowser) return call.problem({ code: "forbidden", scope: "a server token" });
  const expiresAt = Math.min(now + sessionMsMax, principal.value.expiresAt);
  const sealed = sealSession({ tokenHash: principal.value.token.hash, expiresAt }, room.secrets.session);
  const cookie = setCookie(sealed, Math.floor((expiresAt - now) / 1_000), room.config.secureCookies);
  return jsonAnswer(200, describe(principal.value, expiresAt), [cookie, ["cache-control", "no-store"]]);
}

export function whoAmI(room: Room, call: Call): Answer {
  const cookie = sessionCookieOf(call.head);
  const session =
    cookie === undefined ? undefined : openSession(cookie, room.secrets.session, room.clock.now());
  const expiresAt = session?.expiresAt ?? call.principal.token.expiresAt;
  return jsonAnswer(200, describe(call.principal, expiresAt), [["cache-control", "no-store"]]);
}

export const signOut = (room: Room): Answer =>
  emptyAnswer(204, [setCookie("", 0, room.config.secureCookies)]);

const describe = (principal: Principal, expiresAt: number | undefined): Record<string, unknown> => ({
  name: principal.token.name,
  scopes: [...principal.scopes],
  ...(principal.environment === undefined ? {} : { environment: principal.environment }),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
