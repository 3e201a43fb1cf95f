import { route, type Route } from "./route.ts";

// The routes of what experiments found (routes.ts).

export const resultRoutes = {
  results: route(
    "GET",
    "/v1/experiments/:key/results",
    "reports:read",
    "ExperimentResult; ?source=streaming|warehouse ?detail=days,dimensions",
  ),
  resultRows: route("GET", "/v1/experiments/:key/rows", "reports:read", "RowAnswer; ?metric= ?method= ?cap="),
  resultSummary: route(
    "GET",
    "/v1/experiments/:key/summary",
    "reports:read",
    "ResultSummary: the decision, its reason in plain sentences, and the primary metric's numbers",
  ),
  timeline: route(
    "GET",
    "/v1/experiments/:key/timeline",
    "reports:read",
    "{items: TimelineLook[], next?}, oldest look first, or CSV by Accept or ?format=csv; ?variant= ?metric= ?cursor= ?limit=",
  ),
  breakdown: route(
    "GET",
    "/v1/experiments/:key/breakdown",
    "reports:read",
    "Breakdown: the effects within each value of ?dimension=, and whether they differ; ?source=streaming|warehouse",
  ),
  report: route(
    "GET",
    "/v1/reports/:key",
    "reports:read",
    "Report; Markdown or a self-contained page by Accept or ?format=json|md|html; ?source=streaming|warehouse; ?wait=ms for values read from rows; ?depth=true for interactions and triggered effects",
  ),
  interactions: route(
    "GET",
    "/v1/experiments/:key/interactions",
    "reports:read",
    "Interactions: whether other experiments of the same time change the effect; ?metric=, absent the primary one; 202 while it is computed",
  ),
  triggered: route(
    "GET",
    "/v1/experiments/:key/triggered",
    "reports:read",
    "Triggered: the effect among units that met the change, and what it is to all assigned; ?metric=; 202 while it is computed",
  ),
  holdoutEffect: route(
    "GET",
    "/v1/holdouts/:key/effect",
    "reports:read",
    "HoldoutEffect: all launches together against the units held out; ?metric= ?unit=; 202 while it is computed",
  ),
} as const satisfies Record<string, Route>;
