import type { Plan } from "../protocols/plan.ts";
import { expand } from "./expansion.ts";
import { experimentSteps } from "./experiment-maker.ts";
import { flagSteps, prerequisiteFailed, type FlagProgram, type PrerequisiteProgram } from "./flag-program.ts";
import { FlagTable } from "./flag-table.ts";
import { forcedByFlag } from "./overrides.ts";
import { segmentSteps } from "./segments.ts";

// A plan in the form made for speed: conditions are checks of one shape, salts are preloaded, and every answer that is
// likely to be given exists already, so deciding allocates nothing. Built off the hot path, once per plan version.

export interface Program {
  readonly plan: Plan;
  /** In the plan's order. */
  readonly flags: ReadonlyMap<string, FlagProgram>;
  readonly table: FlagTable;
}

/** Never throws for a plan of the right shape, be it one that compile() would refuse or one of a newer version. */
export function program(plan: Plan): Program {
  const steps = programSteps(plan);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/**
 * The same with pauses: each step takes a fraction of a millisecond, so a server builds a new program between requests
 * by asking for steps until its slice of time is used, and going on after the next turn of its loop.
 */
export function* programSteps(plan: Plan): Generator<void, Program> {
  const maker = yield* segmentSteps(plan.salt, plan.segments);
  const experiments = yield* experimentSteps(plan, maker);
  const forced = forcedByFlag(plan);
  const flags = new Map<string, FlagProgram>();
  // The names of the plan's members are interned texts, which a flag's own `key` need not be.
  for (const [key, flag] of Object.entries(plan.flags)) {
    flags.set(key, yield* flagSteps(flag, forced.get(key), { plan, maker, experiments }));
    yield;
  }
  linkPrerequisites(plan, flags);
  yield;
  return { plan, flags, table: new FlagTable(flags) };
}

function linkPrerequisites(plan: Plan, flags: ReadonlyMap<string, FlagProgram>): void {
  const references = new Map<string, readonly string[]>();
  for (const flag of Object.values(plan.flags))
    references.set(
      flag.key,
      flag.prerequisites.map((prerequisite) => prerequisite.flag),
    );
  const bounded = new Set(expand(references).order);
  for (const flag of Object.values(plan.flags)) {
    if (flag.prerequisites.length === 0) continue;
    const programs: PrerequisiteProgram[] = [];
    for (const prerequisite of flag.prerequisites) {
      const target = flags.get(prerequisite.flag);
      if (target !== undefined) programs.push({ flag: target, variations: new Set(prerequisite.variations) });
    }
    // Missing, circular or too many, they cannot be met.
    const isWhole = bounded.has(flag.key) && programs.length === flag.prerequisites.length;
    flags.get(flag.key)?.require(isWhole ? programs : "unmet", prerequisiteFailed(flag));
  }
}
