import { routes, type Route } from "../protocols/routes.ts";
import type { Failure } from "../protocols/failures.ts";
import { refusalOf } from "./auth.ts";
import { nobody, type Call, type Room } from "./call.ts";
import type { ConsoleFiles } from "./console-files.ts";
import { Cors } from "./cors.ts";
import type { Principal } from "./directory.ts";
import { crossOriginRoutes, type Endpoint, type RouteName } from "./endpoints.ts";
import {
  emptyAnswer,
  type Action,
  type Answer,
  type Dispatcher,
  type Handling,
  type KnownRoute,
  type RequestHead,
} from "./http.ts";
import { RateLimit, type Taken } from "./limits.ts";
import { problemAnswer } from "./problem.ts";
import { Router, type RouteResult } from "./router.ts";

// The way of each request before its route sees it: name it, find the route, know the caller, count against the
// limits. All of it is synchronous and looks at the head only.

interface Target {
  readonly name: RouteName;
  readonly scope: Route["scope"];
  readonly endpoint: Endpoint;
}

export class FrontDoor implements Dispatcher {
  readonly #room: Room;
  readonly #router = new Router<Target>();
  readonly #cors: Cors;
  readonly #console: ConsoleFiles;
  readonly #perToken: RateLimit;
  readonly #perAddress: RateLimit;

  constructor(room: Room, endpoints: Record<RouteName, Endpoint>, consoleFiles: ConsoleFiles) {
    this.#room = room;
    this.#console = consoleFiles;
    this.#cors = new Cors(room.config.corsOrigins);
    this.#perToken = new RateLimit("token", room.config.rateLimitPerMinute, room.clock);
    this.#perAddress = new RateLimit("address", room.config.rateLimitPerMinute, room.clock);
    for (const name of Object.keys(routes) as RouteName[]) {
      const target = { name, scope: routes[name].scope, endpoint: endpoints[name] };
      this.#router.add(routes[name], target, { greedy: name === "ofrepFlag" });
    }
  }

  get knownRoutes(): readonly KnownRoute[] {
    return Object.values(routes).filter(({ path }) => !path.includes(":"));
  }

  begin(head: RequestHead): Handling {
    const requestId = this.#room.requestIds.of(head);
    const named = ["x-request-id", requestId] as const;
    const problem = (failure: Failure | { readonly code: string }): Answer =>
      problemAnswer(failure, { correlationId: requestId, instance: head.path.slice(0, 500) });
    let label = "none";
    let headers: Answer["headers"] = [named];
    let action: Action;
    try {
      const found = this.#find(head);
      if (found.kind === "found") label = found.target.name;
      const isCrossOrigin = found.kind === "found" && crossOriginRoutes.has(found.target.name);
      const cors = isCrossOrigin ? this.#cors.headers(head.header("origin")) : [];
      const decided = this.#decide(head, found, { requestId, problem });
      headers = [named, ...decided.headers, ...cors];
      action = decided.action;
    } catch (error) {
      action = { kind: "answer", answer: this.#defect(error, requestId, problem) };
    }
    return {
      action,
      headers,
      keepsHead: label !== "evaluate" && action.kind === "run",
      settled: (status) => this.#room.counts.request(label, status),
      refuse: (why, error) => {
        switch (why) {
          case "body_too_large":
            return problem({ code: "body_too_large", bytesMax: this.#room.config.bodyBytesMax });
          case "body_too_slow":
            return problem({
              code: "invalid_request",
              issues: [{ path: "", message: "the body came too slowly" }],
            });
          case "internal":
            return this.#defect(error, requestId, problem);
        }
      },
    };
  }

  #find(head: RequestHead): RouteResult<Target> {
    if (head.method !== "OPTIONS") return this.#router.find(head.method, head.path);
    // A preflight asks about the method it names.
    const wanted = head.header("access-control-request-method");
    return this.#router.find(wanted === "" ? "OPTIONS" : wanted, head.path);
  }

  #decide(
    head: RequestHead,
    found: RouteResult<Target>,
    { requestId, problem }: Pick<Call, "requestId" | "problem">,
  ): { headers: Answer["headers"]; action: Action } {
    const answer = (made: Answer, taken: Taken): { headers: Answer["headers"]; action: Action } => ({
      headers: taken.headers,
      action: { kind: "answer", answer: this.#limited(taken, problem) ?? made },
    });
    if (head.method === "OPTIONS" || found.kind !== "found") {
      const taken = this.#perAddress.take(head.address);
      return answer(this.#unmatched(head, found, problem), taken);
    }
    const { target } = found;
    const principal = this.#principal(head, target);
    if ("failure" in principal)
      return answer(problem(principal.failure), this.#perAddress.take(head.address));
    const taken = this.#take(head, principal);
    const limited = this.#limited(taken, problem);
    if (limited !== undefined) return answer(limited, taken);
    const call: Call = { head, params: found.params, principal, requestId, problem };
    const { endpoint } = target;
    const action: Action =
      endpoint.kind === "stream"
        ? endpoint.open(this.#room, call)
        : { kind: "run", run: (body) => endpoint.run(this.#room, call, body) };
    return { headers: taken.headers, action };
  }

  /** Everything that is no request of the contract: preflights, the console's pages, and mistakes. */
  #unmatched(head: RequestHead, found: RouteResult<Target>, problem: Call["problem"]): Answer {
    if (head.method === "OPTIONS" && found.kind !== "not_found") return this.#options(head, found);
    switch (found.kind) {
      case "bad_encoding":
        return problem({
          code: "invalid_request",
          issues: [{ path: "path", message: "is not percent-encoded UTF-8" }],
        });
      case "wrong_method":
        return problem({ code: "method_not_allowed", allowed: found.allowed });
      case "found":
      case "not_found":
        return (
          this.#console.answer(head) ?? problem({ code: "route_not_found", path: head.path.slice(0, 200) })
        );
    }
  }

  #options(head: RequestHead, found: RouteResult<Target>): Answer {
    if (found.kind === "wrong_method") return emptyAnswer(204, [["allow", found.allowed.join(", ")]]);
    if (found.kind !== "found" || !crossOriginRoutes.has(found.target.name)) return emptyAnswer(204);
    // `begin` has already written the headers that every answer to this origin carries.
    const already = this.#cors.headers(head.header("origin"));
    return emptyAnswer(204, this.#cors.preflight(head.header("origin")).slice(already.length));
  }

  #principal(head: RequestHead, target: Target): Principal | { readonly failure: Failure } {
    if (target.scope === "public") return nobody;
    const identified = this.#room.auth.identify(head, this.#room.clock.now());
    if (!identified.ok) return { failure: identified.failure };
    const refusal = refusalOf(identified.value, target.scope);
    return refusal === undefined ? identified.value : { failure: refusal };
  }

  /** A browser's token is everybody's, so there the address counts, too. */
  #take(head: RequestHead, principal: Principal): Taken {
    if (principal === nobody) return this.#perAddress.take(head.address);
    const taken = this.#perToken.take(principal.token.hash);
    if (!principal.isBrowser || taken.retryAfterMs !== undefined) return taken;
    const ofAddress = this.#perAddress.take(head.address);
    return ofAddress.retryAfterMs === undefined ? taken : ofAddress;
  }

  #limited(taken: Taken, problem: Call["problem"]): Answer | undefined {
    const { retryAfterMs } = taken;
    return retryAfterMs === undefined ? undefined : problem({ code: "rate_limited", retryAfterMs });
  }

  #defect(error: unknown, requestId: string, problem: Call["problem"]): Answer {
    this.#room.log.error("request_failed", { requestId, error });
    return problem({ code: "internal", reference: requestId });
  }
}
