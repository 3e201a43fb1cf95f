import type { Route } from "../protocols/routes.ts";
import type { RouteTally } from "./counts.ts";
import type { Endpoint, RouteName } from "./endpoints.ts";

/** What a request is for: its route, with all that is the same for each request of it. */
export interface Target {
  readonly name: RouteName;
  readonly scope: Route["scope"];
  readonly endpoint: Endpoint;
  /** Browsers of other origins may ask, too. */
  readonly isCrossOrigin: boolean;
  readonly tally: RouteTally;
}
