import type { HandleContext } from "../../runtime/index.ts";
import { blastRadius } from "../../evaluation/blast-radius.ts";
import { chanceFrom } from "../../evaluation/chance.ts";
import { program, type Program } from "../../evaluation/program.ts";
import type { BlastRadius } from "../../protocols/blast-radius.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { ChangedKeys } from "../../protocols/publish-receipt.ts";
import type { Contents } from "./contents.ts";
import { compileContents, planOf } from "./plans.ts";
import type { EnvironmentState } from "./state.ts";
import { unpacked, type UnitList } from "./unit-lists.ts";

/** A decision costs about a microsecond, and each is made twice: some 10 ms in all. */
const decisionsMax = 5_000;
/** Making up a unit and its context costs some 30 µs: 12 ms. A share is off by five points at most, 19 times of 20. */
const unitsMax = 400;
const unitsMin = 20;

interface Next {
  readonly plan: Plan;
  readonly contents: Contents;
  readonly changed: ChangedKeys;
}

/**
 * Who would notice the next version, by sampling. The same for the same commit, whose entropy draws the sample. Nobody
 * can say when the version before cannot be compiled any more.
 */
export function blastRadiusOf(
  state: EnvironmentState,
  next: Next,
  { at, entropy }: Pick<HandleContext, "at" | "entropy">,
): BlastRadius | undefined {
  const programs = programsOf(state, next);
  if (programs === undefined) return undefined;
  const { before, after } = programs;
  const { flags = [], experiments = [], segments, layers, holdouts } = next.changed;
  const shared = segments !== undefined || layers !== undefined || holdouts !== undefined;
  const asked = shared ? after.flags.size : flags.length + experiments.length;
  const units = Math.max(unitsMin, Math.min(unitsMax, Math.floor(decisionsMax / Math.max(1, asked))));
  return blastRadius(before, after, { units, now: at, random: chanceFrom(entropy) });
}

/** The next version's becomes the one before; a plan that is forgotten takes its program along. */
const programs = new WeakMap<Plan, Program>();

function programOf(plan: Plan): Program {
  let made = programs.get(plan);
  if (made === undefined) programs.set(plan, (made = program(plan)));
  return made;
}

interface Programs {
  /** Undefined: nothing was published before. */
  readonly before: Program | undefined;
  readonly after: Program;
}

function programsOf(state: EnvironmentState, { plan, contents }: Next): Programs | undefined {
  const version = state.publications.length;
  if (Object.keys(state.lists).length === 0) {
    if (version === 0) return { before: undefined, after: programOf(plan) };
    const before = planOf(state, version);
    return before.ok ? { before: programOf(before.value), after: programOf(plan) } : undefined;
  }
  const small = (of: Contents): Program | undefined => {
    const outcome = compileContents(state, of, { version: version + 1, at: plan.publishedAt, read: thinned });
    return outcome.ok ? program(outcome.plan) : undefined;
  };
  const before = version === 0 ? undefined : small(state.published);
  if (version > 0 && before === undefined) return undefined;
  return { before, after: small(contents) ?? program(plan) };
}

/**
 * One in 256 units of a long list, the same ones of each list: a set of a million takes a second to build, and what
 * changed among the few is about what changed among the many.
 */
const thinned = (list: UnitList): readonly UnitId[] => unpacked(list).filter((unit) => /^A[A-P]/.test(unit));
