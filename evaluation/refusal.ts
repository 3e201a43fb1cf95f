import type { DecisionCode } from "../protocols/decision.ts";

/** Why an experiment did not assign, in the order of the numbers below. */
export const refusalCodes = [
  "no_active_experiment",
  "targeting_mismatch",
  "participation_limit",
  "domain_conflict",
  "outside_traffic_allocation",
  "no_variants",
  "no_key",
  "holdout",
] as const satisfies readonly DecisionCode[];
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * What asking an experiment gives, as a number, because numbers cost nothing: from 0 on the place of the variant in its
 * list, below 0 why there is none. From `holdout` downwards it also says which of the experiment's holdouts it was.
 */
export const refusals = {
  no_active_experiment: -1,
  targeting_mismatch: -2,
  participation_limit: -3,
  domain_conflict: -4,
  outside_traffic_allocation: -5,
  no_variants: -6,
  no_key: -7,
  holdout: -8,
} as const satisfies Record<RefusalCode, number>;

export const codeOf = (place: number): RefusalCode => refusalCodes[~place] ?? "holdout";
