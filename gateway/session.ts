import { createHmac, timingSafeEqual } from "node:crypto";
import type { RequestHead } from "./http.ts";

// The console's cookie: who, until when, and a signature. No session is stored anywhere, so any gateway reads it;
// revoking the token ends it, because the token is looked up each time.

export const cookieName = "weir_session";
/** A working day: afterwards the token is asked for again. */
export const sessionMsMax = 12 * 3_600_000;

export interface Session {
  readonly tokenHash: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

const signatureOf = (secret: string, payload: string): string =>
  createHmac("sha256", secret).update(`session:${payload}`).digest("base64url");

export function sealSession(session: Session, secret: string): string {
  const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
  return `${payload}.${signatureOf(secret, payload)}`;
}

/** Undefined for anything that we did not sign, or that has expired. */
export function openSession(text: string, secret: string, now: number): Session | undefined {
  const [payload, signature, ...rest] = text.split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(secret, payload));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const session = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Session; // signed by us
  return session.expiresAt > now ? session : undefined;
}

export function sessionCookieOf(head: RequestHead): string | undefined {
  for (const part of head.header("cookie").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === cookieName && value !== undefined && value !== "") return value;
  }
  return undefined;
}

export function setCookie(value: string, maxAgeSeconds: number, secure: boolean): readonly [string, string] {
  const attributes = [
    "HttpOnly",
    "SameSite=Strict",
    "Path=/",
    `Max-Age=${maxAgeSeconds}`,
    ...(secure ? ["Secure"] : []),
  ];
  return ["set-cookie", `${cookieName}=${value}; ${attributes.join("; ")}`];
}

/** A page of another site cannot make a browser send this; a request without any origin is no browser's. */
export function isSameOrigin(head: RequestHead): boolean {
  const site = head.header("sec-fetch-site");
  if (site !== "" && site !== "same-origin" && site !== "none") return false;
  const origin = head.header("origin");
  if (origin === "") return site === "same-origin";
  try {
    return new URL(origin).host === head.header("host");
  } catch {
    return false; // "null", or not a URL
  }
}
