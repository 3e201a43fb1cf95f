// What a running analysis remembers between looks: the least p so far and the intersection of all intervals. Both are
// valid exactly because the sequences they come from hold at all looks together.

export interface RunningEvidence {
  readonly looks: number;
  /** 1 before the first look. */
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Look {
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
}

export type RunningInterval =
  | { readonly kind: "interval"; readonly lower: number; readonly upper: number }
  /** No effect is compatible with all looks: it changed over time, or the model does not hold. */
  | { readonly kind: "empty_intersection"; readonly highestLower: number; readonly lowestUpper: number }
  | { readonly kind: "no_looks" };

export const nothingSeen: RunningEvidence = {
  looks: 0,
  pValue: 1,
  lower: Number.NEGATIVE_INFINITY,
  upper: Number.POSITIVE_INFINITY,
};

/** The state after another look. A look without numbers (NaN) leaves it as it was. */
export function next(state: RunningEvidence, look: Look): RunningEvidence {
  if (Number.isNaN(look.pValue) || Number.isNaN(look.lower) || Number.isNaN(look.upper)) return state;
  return {
    looks: state.looks + 1,
    pValue: Math.min(state.pValue, look.pValue),
    lower: Math.max(state.lower, look.lower),
    upper: Math.min(state.upper, look.upper),
  };
}

export function runningInterval({ looks, lower, upper }: RunningEvidence): RunningInterval {
  if (looks === 0) return { kind: "no_looks" };
  return lower <= upper
    ? { kind: "interval", lower, upper }
    : { kind: "empty_intersection", highestLower: lower, lowestUpper: upper };
}
