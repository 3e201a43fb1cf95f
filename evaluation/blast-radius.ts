import type { BlastRadius, FlagBlast } from "../protocols/blast-radius.ts";
import type { EvaluationContext } from "../protocols/decision.ts";
import type { Plan } from "../protocols/plan.ts";
import type { Chance } from "./chance.ts";
import { evaluate } from "./evaluate.ts";
import type { Program } from "./program.ts";
import { isSame } from "./same.ts";
import { contextSource } from "./sample-contexts.ts";

export interface BlastOptions {
  /** Units wanted; fewer are asked when many flags may change. */
  readonly units: number;
  readonly now: number;
  /** The same chance gives the same answer. */
  readonly random: Chance;
}

/** Evaluations a report may cost: at a microsecond or two for cold flags, some 100 ms of a publish. */
const evaluationsMax = 60_000;

/**
 * How many would notice that `after` follows `before`, by asking both for units and contexts made of what the plans
 * mention. Shares are shares of that sample: they show what a change reaches and which way, not how many people it is.
 */
export function blastRadius(
  before: Program | undefined,
  after: Program,
  { units, now, random }: BlastOptions,
): BlastRadius {
  const flags = flagsConcerned(before?.plan, after.plan);
  const count = Math.min(units, Math.floor(evaluationsMax / (2 * Math.max(1, flags.length))));
  const plans = before === undefined ? [after.plan] : [before.plan, after.plan];
  const contextOf = contextSource(plans, now);
  const moves = new Map<string, Map<string, Move>>();
  let touched = 0;
  for (let unit = 0; unit < count; unit++) {
    const context = contextOf(random);
    let isTouched = false;
    for (const flag of flags) {
      const from = variationOf(before, flag, context);
      const to = variationOf(after, flag, context);
      if (from === to) continue;
      isTouched = true;
      note(moves, flag, from, to);
    }
    if (isTouched) touched++;
  }
  const blasts = [...moves].map(([flag, each]) => blastOf(flag, [...each.values()], count));
  return {
    units: count,
    share: count === 0 ? 0 : touched / count,
    flags: blasts.sort((a, b) => b.share - a.share || (a.flag < b.flag ? -1 : 1)),
  };
}

interface Move {
  readonly from: string | undefined;
  readonly to: string | undefined;
  count: number;
}

const variationOf = (
  program: Program | undefined,
  flag: string,
  context: EvaluationContext,
): string | undefined => (program === undefined ? undefined : evaluate(program, flag, context).variation);

function note(
  moves: Map<string, Map<string, Move>>,
  flag: string,
  from: string | undefined,
  to: string | undefined,
): void {
  const known = moves.get(flag) ?? new Map<string, Move>();
  moves.set(flag, known);
  const name = `${from ?? ""} ${to ?? ""}`; // keys hold no blank
  const move = known.get(name) ?? { from, to, count: 0 };
  move.count++;
  known.set(name, move);
}

function blastOf(flag: string, moves: readonly Move[], units: number): FlagBlast {
  const total = moves.reduce((sum, { count }) => sum + count, 0);
  return {
    flag,
    share: total / units,
    moves: moves
      .toSorted((a, b) => b.count - a.count)
      .map(({ from, to, count }) => ({
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        share: count / units,
      })),
  };
}

/**
 * Flags whose answers may differ: those that differ themselves or lead to something that does. What many flags lean on
 * (segments, layers, holdouts, salts) concerns all flags when it differs, since who leans on it is not worth finding out.
 */
function flagsConcerned(before: Plan | undefined, after: Plan): string[] {
  if (before === undefined) return Object.keys(after.flags);
  const all = [...new Set([...Object.keys(before.flags), ...Object.keys(after.flags)])];
  const shared = ["salt", "segments", "holdouts"] as const;
  if (shared.some((name) => !isSame(before[name], after[name]))) return all;
  if (!isSame(layerSalts(before), layerSalts(after))) return all;
  const concerned = new Set<string>();
  for (const key of all) if (!isSame(member(before.flags, key), member(after.flags, key))) concerned.add(key);
  const experiments = [...Object.keys(before.experiments), ...Object.keys(after.experiments)];
  for (const key of experiments) {
    const [old, young] = [member(before.experiments, key), member(after.experiments, key)];
    if (isSame(old, young)) continue;
    // Others may have a limit that counts this one.
    for (const { flag, participationLimit } of Object.values(after.experiments))
      if (participationLimit !== undefined) concerned.add(flag);
    for (const experiment of [old, young]) if (experiment !== undefined) concerned.add(experiment.flag);
  }
  for (const plan of [before, after]) for (const flag of overridden(plan, before, after)) concerned.add(flag);
  return withDependents(concerned, [before, after]);
}

/** All of a layer that a decision reads: which slots rest is for those who publish. */
const layerSalts = ({ layers = {} }: Plan): readonly (string | undefined)[] =>
  Object.values(layers).flatMap(({ key, salt }) => [key, salt]);

/** Flags of overrides that are not the same in both plans. */
function overridden(plan: Plan, before: Plan, after: Plan): string[] {
  return Object.entries(plan.overrides ?? {}).flatMap(([key, { target }]) => {
    if (isSame(member(before.overrides, key), member(after.overrides, key))) return [];
    if ("flag" in target) return [target.flag];
    const experiment = member(plan.experiments, target.experiment);
    return experiment === undefined ? [] : [experiment.flag];
  });
}

/** Adds the flags that have one of these as a prerequisite, and so on. */
function withDependents(keys: ReadonlySet<string>, plans: readonly Plan[]): string[] {
  const result = new Set(keys);
  for (let grown = -1; grown !== result.size;) {
    grown = result.size;
    for (const plan of plans)
      for (const { key, prerequisites } of Object.values(plan.flags))
        if (prerequisites.some(({ flag }) => result.has(flag))) result.add(key);
  }
  return [...result];
}

const member = <Entity>(
  record: Readonly<Record<string, Entity>> | undefined,
  key: string,
): Entity | undefined => (record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined);
