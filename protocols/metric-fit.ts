// Combinations of a metric's members that have no meaning, each with what to do instead.

interface Misfit {
  readonly path: string[];
  readonly message: string;
}

const proportions: ReadonlySet<string> = new Set(["binary", "retention", "funnel"]);
const bySession: ReadonlySet<string> = new Set(["binary", "count", "sum", "mean", "ratio"]);
const byEvent: ReadonlySet<string> = new Set(["mean", "percentile", "ratio"]);
const withoutBefore: ReadonlySet<string> = new Set(["funnel", "time_to", "percentile"]);

interface Members {
  readonly definition: { readonly type: string };
  readonly unit: string;
  readonly window?: { readonly type: string } | undefined;
  readonly cap?: unknown;
  readonly covariate?: unknown;
}

export function misfitsOf({ definition, unit, window, cap, covariate }: Members): Misfit[] {
  const { type } = definition;
  const found: Misfit[] = [];
  const refuse = (member: string, message: string): number => found.push({ path: [member], message });
  if (unit === "session" && !bySession.has(type))
    refuse("unit", `a ${type} is of the whole unit: leave unit out, also where the experiment is by session`);
  if (unit === "event" && !byEvent.has(type))
    refuse("unit", `a ${type} of single events says nothing: leave unit out, or use mean or percentile`);
  if (type === "retention" && window !== undefined && window.type !== "lifetime")
    refuse("window", "fromDay and toDay are a retention's window: leave window out");
  if (cap !== undefined && (proportions.has(type) || type === "percentile"))
    refuse("cap", `a ${type} has no amounts to cap`);
  if (covariate !== undefined && withoutBefore.has(type))
    refuse("covariate", `a ${type} has no value from before the exposure`);
  return found;
}
