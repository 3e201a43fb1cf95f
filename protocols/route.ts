import type { Scope } from "./directory.ts";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `:name` is one path segment (percent-encoded). */
  readonly path: string;
  /** Needed of the token; "public" needs none, "any" any valid token, "server" any but a browser's. */
  readonly scope: Scope | "public" | "any" | "server";
  readonly summary: string;
}

/** One line of the contract (routes.ts). */
export const route = (
  method: Route["method"],
  path: string,
  scope: Route["scope"],
  summary: string,
): Route => ({
  method,
  path,
  scope,
  summary,
});
