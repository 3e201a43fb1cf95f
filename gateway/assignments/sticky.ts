import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Flag, Serve } from "../../protocols/flag.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { Wanted } from "./store.ts";

/** What of a plan needs the assignment store. */
export interface Sticky {
  /** Every running experiment whose variants are kept. */
  readonly wanted: readonly Wanted[];
  readonly phases: ReadonlyMap<string, number>;
  /** Flags whose answer may depend on one of them. */
  readonly flags: ReadonlySet<string>;
}

/** Undefined in the common case: then nothing is ever asked. */
export function stickyOf(plan: Plan): Sticky | undefined {
  const kept = Object.values(plan.experiments).filter(
    ({ sticky, status }) => sticky === "store" && status === "running",
  );
  if (kept.length === 0) return undefined;
  const phases = new Map(kept.map(({ key, phase }) => [key as string, phase]));
  const flags = new Set<string>();
  for (const flag of Object.values(plan.flags)) if (servesKept(flag, plan, phases)) flags.add(flag.key);
  addDependants(plan, flags);
  return { wanted: [...phases].map(([experiment, phase]) => ({ experiment, phase })), phases, flags };
}

function servesKept(flag: Flag, plan: Plan, phases: ReadonlyMap<string, number>): boolean {
  return [...flag.rules.map(({ serve }) => serve), flag.fallthrough].some((serve) => {
    const experiment = experimentIn(serve, plan);
    if (experiment === undefined) return false;
    // Under a limit it matters what the unit has in others, kept ones among them.
    return phases.has(experiment.key) || experiment.participationLimit !== undefined;
  });
}

function experimentIn(serve: Serve, plan: Plan): PublishedExperiment | undefined {
  if (!("experiment" in serve)) return undefined;
  return Object.hasOwn(plan.experiments, serve.experiment) ? plan.experiments[serve.experiment] : undefined;
}

/** Flags that have one of these as a prerequisite, at any depth. */
function addDependants(plan: Plan, flags: Set<string>): void {
  for (let before = -1; before !== flags.size;) {
    before = flags.size;
    for (const { key, prerequisites } of Object.values(plan.flags))
      if (prerequisites.some(({ flag }) => flags.has(flag))) flags.add(key);
  }
}
