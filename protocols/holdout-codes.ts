import type { DecisionCode } from "./decision.ts";

/** Codes of decisions that came after the question whether a holdout keeps the unit, in the order of deciding. */
export const holdoutCodes = [
  "holdout",
  "participation_limit",
  "domain_conflict",
  "outside_traffic_allocation",
  "no_variants",
  "no_key",
  "experiment_assigned",
] as const satisfies readonly DecisionCode[];
