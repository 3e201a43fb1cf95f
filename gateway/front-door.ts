import { routes } from "../protocols/routes.ts";
import type { Failure } from "../protocols/failures.ts";
import { refusalOf } from "./auth.ts";
import { nobody, type Room } from "./call.ts";
import type { ConsoleFiles } from "./console-files.ts";
import { Cors } from "./cors.ts";
import type { Principal } from "./directory.ts";
import { crossOriginRoutes, type Endpoint, type RouteName } from "./endpoints.ts";
import {
  emptyAnswer,
  type Answer,
  type Dispatcher,
  type Handling,
  type KnownRoute,
  type RequestHead,
} from "./http.ts";
import type { Taken } from "./limits.ts";
import { Router, type RouteResult } from "./router.ts";
import type { Target } from "./target.ts";
import { Visit } from "./visit.ts";

// The way of each request before its route sees it: name it, find the route, know the caller, count against the
// limits. All of it is synchronous and looks at the head only.

const sameOrigin: Answer["headers"] = [];

export class FrontDoor implements Dispatcher {
  readonly #room: Room;
  readonly #router = new Router<Target>();
  readonly #cors: Cors;
  readonly #console: ConsoleFiles;

  constructor(room: Room, endpoints: Record<RouteName, Endpoint>, consoleFiles: ConsoleFiles) {
    this.#room = room;
    this.#console = consoleFiles;
    this.#cors = new Cors(room.config.corsOrigins);
    for (const name of Object.keys(routes) as RouteName[]) {
      const target: Target = {
        name,
        scope: routes[name].scope,
        endpoint: endpoints[name],
        isCrossOrigin: crossOriginRoutes.has(name),
        tally: room.counts.tally(name),
      };
      this.#router.add(routes[name], target, { greedy: name === "ofrepFlag" });
    }
  }

  get knownRoutes(): readonly KnownRoute[] {
    return Object.values(routes)
      .filter(({ path }) => !path.includes(":"))
      .map(({ method, path }) => {
        const found = this.#router.find(method, path);
        return { method, path, begin: (head) => this.#begin(head, found) };
      });
  }

  begin(head: RequestHead): Handling {
    return this.#begin(head, this.#find(head));
  }

  #begin(head: RequestHead, found: RouteResult<Target>): Handling {
    const visit = new Visit(this.#room, head);
    try {
      this.#receive(visit, found);
    } catch (error) {
      visit.answer(visit.refuse("internal", error));
    }
    return visit;
  }

  #find(head: RequestHead): RouteResult<Target> {
    if (head.method !== "OPTIONS") return this.#router.find(head.method, head.path);
    // A preflight asks about the method it names.
    const wanted = head.header("access-control-request-method");
    return this.#router.find(wanted === "" ? "OPTIONS" : wanted, head.path);
  }

  #receive(visit: Visit, found: RouteResult<Target>): void {
    const { head } = visit;
    if (found.kind === "found") {
      const { target, params } = found;
      const cors = target.isCrossOrigin ? this.#cors.headers(head.header("origin")) : sameOrigin;
      visit.enter(target, params, cors);
    }
    if (head.method === "OPTIONS" || found.kind !== "found") {
      if (this.#admit(visit, this.#room.limits.takeAddress(head)))
        visit.answer(this.#unmatched(visit, found));
      return;
    }
    const { target } = found;
    const principal = this.#principal(head, target);
    if ("failure" in principal) {
      if (this.#admit(visit, this.#room.limits.takeAddress(head)))
        visit.answer(visit.problem(principal.failure));
      return;
    }
    visit.principal = principal;
    if (this.#admit(visit, this.#room.limits.take(head, principal))) visit.serve(target.endpoint);
  }

  /** Everything that is no request of the contract: preflights, the console's pages, and mistakes. */
  #unmatched(visit: Visit, found: RouteResult<Target>): Answer {
    const { head } = visit;
    if (head.method === "OPTIONS" && found.kind !== "not_found") return this.#options(head, found);
    switch (found.kind) {
      case "bad_encoding":
        return visit.problem({
          code: "invalid_request",
          issues: [{ path: "path", message: "is not percent-encoded UTF-8" }],
        });
      case "wrong_method":
        return visit.problem({ code: "method_not_allowed", allowed: found.allowed });
      case "found":
      case "not_found":
        return (
          this.#console.answer(head) ??
          visit.problem({ code: "route_not_found", path: head.path.slice(0, 200) })
        );
    }
  }

  #options(head: RequestHead, found: RouteResult<Target>): Answer {
    if (found.kind === "wrong_method") return emptyAnswer(204, [["allow", found.allowed.join(", ")]]);
    if (found.kind !== "found" || !found.target.isCrossOrigin) return emptyAnswer(204);
    // The visit already carries the headers that every answer to this origin carries.
    const already = this.#cors.headers(head.header("origin"));
    return emptyAnswer(204, this.#cors.preflight(head.header("origin")).slice(already.length));
  }

  #principal(head: RequestHead, target: Target): Principal | { readonly failure: Failure } {
    if (target.scope === "public") return nobody;
    const identified = this.#room.auth.identify(head, this.#room.clock);
    if (!identified.ok) return { failure: identified.failure };
    const refusal = refusalOf(identified.value, target.scope);
    return refusal === undefined ? identified.value : { failure: refusal };
  }

  /** False when the limit is reached; then that is the answer. */
  #admit(visit: Visit, { lines, retryAfterMs }: Taken): boolean {
    visit.limitLines = lines;
    if (retryAfterMs === undefined) return true;
    visit.answer(visit.problem({ code: "rate_limited", retryAfterMs }));
    return false;
  }
}
